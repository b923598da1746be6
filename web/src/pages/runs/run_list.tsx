/** Runs as rows; where there is no room for columns, as lines below each other. */
import { useMediaQuery } from "@mantine/hooks";
import { Link } from "@tanstack/react-router";

import type { Runs } from "@/api/answers";
import { count, duration, money, percent } from "@/logic/format";
import { instant, moment } from "@/logic/time";
import { strings } from "@/strings";
import { Status, Tag } from "@/ui/marks";
import { Table, type Column } from "@/ui/table";

import classes from "./runs.module.css";

type Run = Runs["items"][number];

const words = strings.workflow.runs;

export function RunList({ items, p95 }: { items: readonly Run[]; p95: number | null }) {
  const isNarrow = useMediaQuery("(max-width: 940px)", false, { getInitialValueInEffect: false });
  if (isNarrow) return <Lines items={items} p95={p95} />;
  return (
    <Table
      label={words.label}
      columns={columnsOf(items, p95)}
      rows={items}
      keyOf={(run) => run.workflow_run_id}
    />
  );
}

/** How a run ended; one whose end is not known yet still runs, or fell silent. */
const statusOf = (run: Run) =>
  run.execution_status ?? (run.state === "incomplete" ? "incomplete" : "running");

function Duration({ run, p95 }: { run: Run; p95: number | null }) {
  const seconds = run.total_execution_time;
  const share = seconds === null || !p95 ? 0 : seconds / p95;
  return (
    <span className={classes.duration}>
      <span className={classes.track} aria-hidden="true">
        <span data-beyond={share > 1 || undefined} style={{ width: `${Math.min(100, share * 100)}%` }} />
      </span>
      <span className={classes.seconds}>{duration(seconds)}</span>
      {share > 1 && <span className="lp-hidden">, {words.beyond}</span>}
    </span>
  );
}

function Started({ run }: { run: Run }) {
  const at = run.start_time ?? run.recorded_at;
  return (
    <Link
      to="/runs/$run"
      params={{ run: run.workflow_run_id }}
      className={classes.started}
      title={`${run.workflow_run_id}\n${instant(at)}`}
    >
      <span className="lp-num">{moment(at)}</span>
      <span className={classes.id}>{run.workflow_run_id}</span>
    </Link>
  );
}

function RunError({ run }: { run: Run }) {
  if (run.error_type === null && run.error_message === null) return null;
  return (
    <span className={classes.error} title={run.error_message ?? undefined}>
      {run.error_type !== null && <strong>{run.error_type} </strong>}
      <span className="lp-dim">{run.error_message}</span>
    </span>
  );
}

const hits = (run: Run) => percent(run.cache_hit_rate === null ? null : run.cache_hit_rate / 100);

/** Columns of which nothing is known of any run are left out. */
function columnsOf(items: readonly Run[], p95: number | null): Column<Run>[] {
  const has = (of: (run: Run) => unknown) => items.some((run) => of(run) !== null);
  const all: (Column<Run> & { isShown?: boolean })[] = [
    { id: "start", title: words.columns.start, cell: (run) => <Started run={run} />, width: "160px" },
    {
      id: "duration",
      title: words.columns.duration,
      cell: (run) => <Duration run={run} p95={p95} />,
      width: "190px",
    },
    { id: "status", title: words.columns.status, cell: (run) => <Status value={statusOf(run)} /> },
    {
      id: "error",
      title: words.columns.error,
      cell: (run) => <RunError run={run} />,
      isShown: has((run) => run.error_type) || has((run) => run.error_message),
    },
    {
      id: "version",
      title: words.columns.version,
      cell: (run) =>
        run.workflow_version !== null && <Tag title={run.workflow_version}>{run.workflow_version}</Tag>,
      isShown: has((run) => run.workflow_version),
    },
    {
      id: "who",
      title: words.columns.who,
      cell: (run) => (
        <span className={classes.who} title={run.user_id ?? undefined}>
          {run.user_id}
        </span>
      ),
      isShown: has((run) => run.user_id),
    },
    {
      id: "nodes",
      title: words.columns.nodes,
      cell: (run) => nodesOf(run),
      end: true,
    },
    {
      id: "tokens",
      title: words.columns.tokens,
      cell: (run) => count(run.total_tokens_used),
      end: true,
      isShown: has((run) => run.total_tokens_used),
    },
    {
      id: "cost",
      title: words.columns.cost,
      cell: (run) => money(run.total_tokens_cost),
      end: true,
      isShown: has((run) => run.total_tokens_cost),
    },
    {
      id: "hits",
      title: words.columns.hits,
      cell: hits,
      end: true,
      isShown: has((run) => run.cache_hit_rate),
    },
  ];
  return all.filter(({ isShown = true }) => isShown);
}

function nodesOf({ failed_nodes, node_count }: Run): string {
  return words.nodesOf(failed_nodes, count(node_count));
}

function Lines({ items, p95 }: { items: readonly Run[]; p95: number | null }) {
  return (
    <ul className={classes.lines} aria-label={words.label}>
      {items.map((run) => (
        <li key={run.workflow_run_id}>
          <Started run={run} />
          <Status value={statusOf(run)} />
          <Duration run={run} p95={p95} />
          <span className={classes.rest}>
            {run.workflow_version !== null && <Tag title={run.workflow_version}>{run.workflow_version}</Tag>}
            {run.total_tokens_cost !== null && <span>{money(run.total_tokens_cost)}</span>}
          </span>
          <RunError run={run} />
        </li>
      ))}
    </ul>
  );
}
