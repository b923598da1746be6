/** The runs, the newest on top; what runs moves, and ends in its place. */
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { memo, useMemo, useState } from "react";

import type { LiveRun } from "@/api/answers";
import { count, duration, money, significant } from "@/logic/format";
import { began, isRunning, statusOf, tookSoFar } from "@/logic/live";
import { timeBar, usualTimes, workflowKey } from "@/logic/live_figures";
import { instant, moment } from "@/logic/time";
import { strings } from "@/strings";
import { Status } from "@/ui/marks";
import { Panel } from "@/ui/panel";

import classes from "./live.module.css";
import { useNow } from "./use_live";

const words = strings.live.table;
const AT_ONCE = 100;
const FRESH_MS = 4_000;

export function Runs({ runs, isHeld }: { runs: readonly LiveRun[]; isHeld: boolean }) {
  const [most, setMost] = useState(AT_ONCE);
  const usual = useMemo(() => usualTimes(runs), [runs]);
  return (
    <Panel title={words.title} hint={<Hint />} flush>
      <table className={classes.table} aria-label={words.title} data-held={isHeld || undefined}>
        <thead>
          <tr>
            <th scope="col">{words.began}</th>
            <th scope="col">{words.run}</th>
            <th scope="col">{words.status}</th>
            <th scope="col">{words.time}</th>
            <th scope="col" className={classes.wide}>
              {words.nodes}
            </th>
            <th scope="col" className={classes.wide}>
              {words.tokens}
            </th>
            <th scope="col" className={classes.wide}>
              {words.cost}
            </th>
          </tr>
        </thead>
        <tbody>
          {runs.slice(0, most).map((run) => (
            <Row key={run.workflow_run_id} run={run} usual={usual.get(workflowKey(run))} />
          ))}
        </tbody>
      </table>
      {runs.length > most && (
        <Button
          variant="subtle"
          size="xs"
          m={8}
          onClick={() => {
            setMost(most + AT_ONCE);
          }}
        >
          {words.more(Math.min(AT_ONCE, runs.length - most))}
        </Button>
      )}
    </Panel>
  );
}

function Hint() {
  return (
    <>
      {words.hint} <span className={classes.ofBars}>{words.bars}</span>
    </>
  );
}

interface RowProps {
  run: LiveRun;
  usual: number | undefined;
}

const Row = memo(function Row({ run, usual }: RowProps) {
  const at = run.start_time ?? run.recorded_at;
  const [isFresh] = useState(() => Date.now() - began(run) < FRESH_MS);
  const isSettling = run.is_ended && run.state === "running";
  return (
    <tr data-fresh={isFresh || undefined}>
      <td className="lp-num" title={instant(at)}>
        {moment(at)}
      </td>
      <td className={classes.run}>
        <Link
          to="/runs/$run"
          params={{ run: run.workflow_run_id }}
          className={classes.name}
          title={run.workflow_name ?? ""}
        >
          {run.workflow_name ?? words.noWorkflow}
        </Link>
        <span className={classes.id} title={run.workflow_run_id}>
          {run.app_id === null ? "" : `${run.app_id} · `}
          {run.workflow_run_id}
        </span>
      </td>
      <td>
        <span title={isSettling ? words.settling : (run.error_message ?? undefined)}>
          <Status value={statusOf(run)} />
        </span>
        {run.error_type !== null && <span className={classes.error}>{run.error_type}</span>}
      </td>
      <td className={classes.time}>
        {isRunning(run) ? <Running run={run} usual={usual} /> : <Took run={run} usual={usual} now={0} />}
      </td>
      <td className={classes.wide}>
        <span className="lp-num">{count(run.node_count)}</span>
        {run.failed_nodes > 0 && <span className={classes.error}>{words.failedNodes(run.failed_nodes)}</span>}
      </td>
      <td className={classes.wide}>
        <span className="lp-num">{count(run.total_tokens_used)}</span>
      </td>
      <td className={classes.wide}>
        <span className="lp-num">{money(run.total_tokens_cost ?? run.known_tokens_cost)}</span>
      </td>
    </tr>
  );
});

function Running({ run, usual }: RowProps) {
  return <Took run={run} usual={usual} now={useNow(500)} />;
}

/** A time and its bar against the usual; how long it has been so far, while it runs. */
function Took({ run, usual, now }: RowProps & { now: number }) {
  const seconds = tookSoFar(run, now);
  const bar = timeBar(seconds, usual);
  const times = bar?.times == null ? "" : significant(bar.times, 2);
  return (
    <span className={classes.took} title={times ? words.usual(times) : undefined}>
      <span
        className={classes.track}
        data-known={bar !== null || undefined}
        data-empty={(bar === null && !isRunning(run)) || undefined}
        aria-hidden="true"
      >
        <span
          className={classes.fill}
          data-long={bar?.isLong === true || undefined}
          data-moving={isRunning(run) || undefined}
          style={{ width: `${(bar?.width ?? (isRunning(run) ? 1 : 0)) * 100}%` }}
        />
      </span>
      <span className="lp-num">
        {duration(isRunning(run) && seconds !== null ? Math.round(seconds * 10) / 10 : seconds)}
      </span>
      {bar?.isLong && <span className={classes.long}>{words.long(times)}</span>}
    </span>
  );
}
