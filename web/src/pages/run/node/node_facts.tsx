/** What is known of a node execution, in parts; what nobody said is left out. */
import type { ReactNode } from "react";

import type { Node } from "@/api/answers";
import { bytes, count, duration, money, percent } from "@/logic/format";
import type { DrawnNode } from "@/logic/run_model";
import { instant } from "@/logic/time";
import { strings } from "@/strings";
import { Copy } from "@/ui/copy";
import { ShareBar } from "@/ui/marks";

import classes from "./node_panel.module.css";

const { names, parts, ...words } = strings.run.node;

type Fact = readonly [name: string, value: ReactNode];

interface FactsProps {
  node: Node;
  drawn: DrawnNode;
  /** Seconds on the critical path. */
  onPath: number;
  total: number;
  slack: number | null | undefined;
}

export function NodeFacts(props: FactsProps) {
  const { node } = props;
  return (
    <>
      <Part title={parts.path} facts={pathFacts(props)} />
      <Part title={parts.time} facts={timeFacts(props)} />
      <Part title={parts.call} facts={callFacts(node)} />
      <Part title={parts.data} facts={dataFacts(node)} />
      <Part
        title={parts.metrics}
        facts={Object.entries(node.metrics).map(([name, value]) => [name, value])}
      />
      <Part title={parts.ids} facts={idFacts(node)} />
    </>
  );
}

function Part({ title, facts }: { title: string; facts: readonly Fact[] }) {
  const known = facts.filter(([, value]) => value !== null && value !== undefined && value !== "");
  if (known.length === 0) return null;
  return (
    <section className={classes.part}>
      <h3>{title}</h3>
      <dl>
        {known.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function pathFacts({ onPath, total, slack }: FactsProps): Fact[] {
  if (total === 0) return [];
  return [
    [names.share, onPath > 0 ? <ShareBar key="share" ratio={onPath / total} /> : words.notOnPath],
    [names.onPath, onPath > 0 ? duration(onPath) : null],
    [names.slack, slack !== null && slack !== undefined && slack > total / 1_000 ? duration(slack) : null],
  ];
}

function timeFacts({ node, drawn }: FactsProps): Fact[] {
  const { start, end, ready } = drawn;
  return [
    [names.took, node.execution_time === null ? null : duration(node.execution_time)],
    [names.start, moment(start, node.start_time)],
    [names.end, moment(end, node.end_time)],
    [names.ready, ready !== null && start !== null && start > ready ? duration(start - ready) : null],
    [names.firstToken, node.time_to_first_token === null ? null : duration(node.time_to_first_token)],
    [names.iteration, node.iteration_index === null ? null : node.iteration_index + 1],
    [names.cpu, node.cpu_seconds === null ? null : duration(node.cpu_seconds)],
    [names.memory, node.memory_peak_bytes === null ? null : bytes(node.memory_peak_bytes)],
  ];
}

/** Seconds into the run; the time of day on hover. */
function moment(at: number | null, told: string | null): ReactNode {
  if (at === null) return told === null ? null : instant(told);
  return <span title={instant(told)}>{words.into(duration(at))}</span>;
}

function callFacts(node: Node): Fact[] {
  const { tokens } = node;
  const used = tokens.input !== null || tokens.output !== null;
  const source =
    node.cost_source === null ? "" : node.cost_source === "reported" ? words.reported : words.computed;
  const isOther = node.requested_model !== null && node.requested_model !== node.model;
  return [
    [names.model, node.model],
    [names.requested, isOther ? node.requested_model : null],
    [names.provider, node.provider],
    [names.tokens, used ? strings.run.figures.tokensFoot(count(tokens.input), count(tokens.output)) : null],
    [names.cacheRead, tokens.cache_read === null ? null : cacheRead(tokens.cache_read, tokens.input)],
    [names.reasoning, tokens.reasoning === null ? null : count(tokens.reasoning)],
    [names.cost, node.tokens_cost === null ? null : `${money(node.tokens_cost)} ${source}`],
  ];
}

function cacheRead(read: number, input: number | null): string {
  return input ? `${count(read)} (${percent(read / input)})` : count(read);
}

function dataFacts(node: Node): Fact[] {
  return [
    [names.cached, node.is_cached === null ? null : node.is_cached ? words.yes : words.no],
    [names.input, node.input_bytes === null ? null : bytes(node.input_bytes)],
    [names.output, node.output_bytes === null ? null : bytes(node.output_bytes)],
    [names.inputPrint, print(node.input_fingerprint)],
    [names.outputPrint, print(node.output_fingerprint)],
    [names.waitsFor, node.waits_for.length > 0 ? node.waits_for.join(", ") : null],
  ];
}

function print(fingerprint: string | null): ReactNode {
  return fingerprint === null ? null : <code>{fingerprint}</code>;
}

function idFacts(node: Node): Fact[] {
  return [
    [names.node, <Id key="node" id={node.node_id} name={names.node} />],
    [names.execution, <Id key="execution" id={node.node_execution_id} name={names.execution} />],
  ];
}

function Id({ id, name }: { id: string; name: string }) {
  return (
    <>
      <code>{id}</code> <Copy text={id} label={`${strings.common.copy}: ${name}`} />
    </>
  );
}
