/** Who decides how long runs take: one bar of all critical time, and under it the nodes, the longest first. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import type { Bottlenecks } from "@/api/answers";
import { bottlenecks, type Workflow } from "@/api/queries";
import { partsOf, type Part } from "@/logic/critical_nodes";
import { count, duration, percent } from "@/logic/format";
import { strings } from "@/strings";
import { Panel } from "@/ui/panel";
import { Empty, Shown } from "@/ui/states";

import classes from "./pole.module.css";
import { PoleBar } from "./pole_bar";
import { withNode } from "./use_ask";

const words = strings.workflow.pole;
const MOST = 6;
/** Less waiting than this is told when all is asked for. */
const SOME_WAITING = 0.01;

export function Pole({ of, days }: { of: Workflow; days: number }) {
  const query = useQuery(bottlenecks(of, days));
  return (
    <Panel title={words.title} hint={words.hint}>
      <Shown query={query} height={348}>
        {(found) => <Measured found={found} />}
      </Shown>
    </Panel>
  );
}

function Measured({ found }: { found: Bottlenecks }) {
  const [isWhole, setWhole] = useState(false);
  const parts = partsOf(found);
  const isMain = (part: Part, place: number) =>
    part.kind === "waiting" ? part.share >= SOME_WAITING : place < MOST;
  const main = parts.filter(isMain);
  const shown = isWhole ? parts : main;
  const first = longest(parts);
  if (!first)
    return (
      <Empty title={words.nothing}>
        <p>{words.nothingText}</p>
      </Empty>
    );
  return (
    <>
      <p className={classes.headline}>{headline(first)}</p>
      <PoleBar parts={parts} longest={first} />
      <ol className={classes.list}>
        {shown.map((part) => (
          <Line key={keyOf(part)} part={part} isLongest={part === first} whole={first.share} />
        ))}
      </ol>
      {main.length < parts.length && (
        <button
          type="button"
          className={classes.more}
          onClick={() => {
            setWhole(!isWhole);
          }}
        >
          {isWhole ? words.showFewer : words.showAll}
        </button>
      )}
      <p className={classes.foot}>
        {words.analysed(count(found.runs_analysed))}.
        {found.coverage !== null && ` ${words.coverage(percent(found.coverage))}`}
        {found.folded && ` ${words.folded}`}
      </p>
    </>
  );
}

/** The part that decides most, node or waiting: what is left of small nodes is none. */
function longest(parts: readonly Part[]): Part | undefined {
  return parts
    .filter((each) => each.kind !== "rest")
    .reduce<Part | undefined>((best, each) => (best && best.share >= each.share ? best : each), undefined);
}

function keyOf(part: Part): string {
  if (part.kind === "node") return `node ${part.node.node_id} in ${part.node.enclosing_node_id ?? ""}`;
  return part.kind === "waiting" ? part.waiting : "rest";
}

function headline(part: Part) {
  if (part.kind === "waiting") return words.headlineWaiting(words.waiting[part.waiting], percent(part.share));
  if (part.kind === "rest") return null;
  return (
    <>
      <strong title={part.node.node_title}>{part.node.node_title}</strong>{" "}
      {words.decides(percent(part.share))}
    </>
  );
}

function Line({ part, isLongest, whole }: { part: Part; isLongest: boolean; whole: number }) {
  return (
    <li data-longest={isLongest || undefined} data-kind={part.kind}>
      <span className={classes.name}>
        <Name part={part} />
      </span>
      <span className={classes.share}>{percent(part.share)}</span>
      <span className={classes.track} aria-hidden="true">
        <span style={{ width: `${(part.share / whole) * 100}%` }} />
      </span>
      <Facts part={part} />
    </li>
  );
}

function Name({ part }: { part: Part }) {
  if (part.kind === "rest") return <>{words.rest(part.count)}</>;
  if (part.kind === "waiting") return <>{words.waiting[part.waiting]}</>;
  const { node_id, node_title } = part.node;
  return (
    <Link to="." search={withNode(part.node)} resetScroll={false} title={fullName(node_id, node_title)}>
      {node_title}
    </Link>
  );
}

/** The title, which may be cut, and the id where it is another. */
function fullName(id: string, title: string): string {
  return id === title ? id : `${title} (${id})`;
}

function Facts({ part }: { part: Part }) {
  if (part.kind === "rest") return null;
  if (part.kind === "waiting")
    return <span className={classes.facts}>{words.waitingHint[part.waiting]}</span>;
  const { on_path_share, critical_time: time, enclosing_node_id } = part.node;
  return (
    <span className={classes.facts}>
      {on_path_share >= 0.9995 ? words.onPathAll : words.onPath(percent(on_path_share))}
      <span title={words.timesHint}> · {words.times(duration(time.p50), duration(time.p95))}</span>
      {enclosing_node_id !== null && ` · ${words.inside(enclosing_node_id)}`}
    </span>
  );
}
