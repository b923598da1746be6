/** A slider: this node takes so much of its time; and the run's end moves with it. */
import { Button, SegmentedControl, Slider } from "@mantine/core";

import type { RunWhatIf } from "@/api/answers";
import { change, duration, percent } from "@/logic/format";
import type { DrawnNode } from "@/logic/run_model";
import { endAt } from "@/logic/what_if_line";
import { strings } from "@/strings";
import { Delta } from "@/ui/figures";
import { Shown } from "@/ui/states";

import type { AskedWhatIf } from "./use_run_what_if";
import classes from "./what_if.module.css";

const words = strings.run.node.whatIf;
const STEP = 5;
/** Less than this of the run's time is no difference. */
const NOTHING = 0.001;
const FULL_COVERAGE = 0.95;

interface WhatIfProps {
  node: DrawnNode;
  /** How many executions of the node the run has. */
  executions: number;
  asked: AskedWhatIf;
}

export function WhatIf({ node, executions, asked }: WhatIfProps) {
  return (
    <section className={classes.whatIf} aria-label={words.title}>
      <h3>{words.title}</h3>
      {executions > 1 && (
        <SegmentedControl
          size="xs"
          fullWidth
          aria-label={words.scope}
          data={[
            { value: "one", label: words.one },
            { value: "all", label: words.all(executions) },
          ]}
          value={asked.scope}
          onChange={(scope) => {
            asked.setScope(scope);
          }}
        />
      )}
      <Shown query={asked.query} height={96}>
        {(found) =>
          found.declined === null ? (
            <Moving node={node} found={found} asked={asked} />
          ) : (
            <p className={classes.why}>
              <strong>{words.declined}.</strong> {found.declined}
            </p>
          )
        }
      </Shown>
    </section>
  );
}

function Moving({ node, found, asked }: { node: DrawnNode; found: RunWhatIf; asked: AskedWhatIf }) {
  const { factor, setFactor, scope } = asked;
  const before = found.observed_seconds ?? 0;
  const after = endAt(found.points, factor) ?? before;
  const took = node.start !== null && node.end !== null ? node.end - node.start : null;
  const ratio = before > 0 ? after / before - 1 : 0;
  return (
    <>
      <p className={classes.figures} role="status">
        <span>{words.run}</span>
        <b>{words.becomes(duration(before), duration(after))}</b>
        <Delta ratio={ratio} more="worse" />
      </p>
      <Slider
        className={classes.slider}
        min={0}
        max={200}
        step={STEP}
        value={Math.round(factor * 100)}
        onChange={(value) => {
          setFactor(value / 100);
        }}
        color={`var(--lp-${ratio < -NOTHING ? "good" : ratio > NOTHING ? "bad" : "work"})`}
        label={null}
        thumbLabel={words.slider}
        thumbProps={{ "aria-valuetext": `${Math.round(factor * 100)} %: ${change(ratio)}` }}
        marks={[
          { value: 0, label: "0 %" },
          { value: 100, label: "100 %" },
          { value: 200, label: "200 %" },
        ]}
      />
      <p className={classes.takes}>
        <span>
          {words.takes(`${Math.round(factor * 100)} %`)}
          {scope === "one" && took !== null && `: ${duration(took * factor)}`}
        </span>
        {factor !== 1 && (
          <Button
            size="compact-xs"
            variant="subtle"
            color="gray"
            onClick={() => {
              setFactor(1);
            }}
          >
            {words.reset}
          </Button>
        )}
      </p>
      <p className={classes.why}>{whyOf(found, factor, ratio)}</p>
      {found.coverage !== null && found.coverage < FULL_COVERAGE && (
        <p className={classes.why}>{words.coverage(percent(1 - found.coverage))}</p>
      )}
    </>
  );
}

/** Why the end is where it is. */
function whyOf(found: RunWhatIf, factor: number, ratio: number): string {
  const slack = found.slack_seconds;
  const hasSlack = slack !== null && slack > NOTHING * (found.observed_seconds ?? 0);
  if (factor === 1) return words.hint;
  if (Math.abs(ratio) < NOTHING) return hasSlack ? words.offPath(duration(slack)) : words.none;
  if (factor > 1 && hasSlack) return words.slower(duration(slack));
  const [here, there] = [endAt(found.points, factor), endAt(found.points, Math.max(0, factor - 0.05))];
  return factor > 0 && factor < 1 && here === there ? words.otherChain : "";
}
