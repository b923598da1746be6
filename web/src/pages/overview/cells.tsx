/** What stands in the cells of the list of workflows: a figure, how it changed, and how it went. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { Sparkline } from "@/charts/sparkline";
import { count, duration, money, percent } from "@/logic/format";
import type { Line } from "@/logic/overview_rows";
import { ago, instant } from "@/logic/time";
import { strings } from "@/strings";
import { Delta } from "@/ui/figures";

import classes from "./workflows.module.css";
import { monthly } from "./worth";

const words = strings.overview.workflows;

/** The figures of a line that have a history. */
export const METRICS = ["runs", "p95", "errors", "cost", "cache"] as const;
export type Metric = (typeof METRICS)[number];

interface Shape {
  value: (line: Line) => string;
  change: string;
  more: "worse" | "better" | "neither";
  history: (line: Line) => readonly (number | null)[];
  tone: "work" | "critical" | "error" | "cost" | "cache";
}

const SHAPES: Readonly<Record<Metric, Shape>> = {
  runs: {
    value: ({ of }) => count(of.run_count),
    change: "run_count",
    more: "neither",
    history: ({ of, whole }) => of.sparkline.run_count.slice(...whole),
    tone: "work",
  },
  p95: {
    value: ({ of }) => duration(of.execution_time.p95),
    change: "execution_time.p95",
    more: "worse",
    history: ({ of }) => of.sparkline.p95,
    tone: "critical",
  },
  errors: {
    value: ({ of }) => percent(of.error_rate),
    change: "error_rate",
    more: "worse",
    history: ({ of }) => of.sparkline.error_rate,
    tone: "error",
  },
  cost: {
    value: ({ of }) => money(of.total_cost),
    change: "total_cost",
    more: "neither",
    history: ({ of, whole }) => of.sparkline.cost.slice(...whole),
    tone: "cost",
  },
  cache: {
    value: ({ of }) => percent(of.cache_hit_rate === null ? null : of.cache_hit_rate / 100),
    change: "cache_hit_rate",
    more: "better",
    history: ({ of }) => of.sparkline.cache_hit_rate,
    tone: "cache",
  },
};

export function MetricCell({ line, metric }: { line: Line; metric: Metric }) {
  const { value, change, more, history, tone } = SHAPES[metric];
  const values = history(line);
  const ratio = line.of.change[change] ?? null;
  return (
    <div className={classes.metric}>
      <span className={classes.figure}>
        <span className={classes.value}>{value(line)}</span>
        {ratio !== null && <Delta ratio={ratio} more={more} />}
      </span>
      {isHistory(values) && (
        <Sparkline
          label={words.trend(words.columns[metric], line.name)}
          values={values}
          tone={tone}
          height={18}
        />
      )}
    </div>
  );
}

/** One point is none, and neither is a line along the ground. */
function isHistory(values: readonly (number | null)[]): boolean {
  const known = values.filter((each) => each !== null);
  return known.length > 1 && known.some((each) => each > 0);
}

export function Name({ line }: { line: Line }) {
  const { app_id, workflow_id, last_run_at } = line.of;
  return (
    <div className={classes.name}>
      <Link to="/w/$app/$workflow" params={{ app: app_id, workflow: workflow_id }} title={line.name}>
        {line.name}
      </Link>
      <div className={classes.below}>
        <span className={classes.app} title={app_id}>
          {app_id}
        </span>
        <span title={instant(last_run_at)}>{ago(last_run_at)}</span>
      </div>
    </div>
  );
}

export function Advice({ line }: { line: Line }): ReactNode {
  const { advice, app_id, workflow_id, recommendations } = line.of;
  if (!advice) return <span className="lp-dim">–</span>;
  const gain = monthly(advice.worth).join(", ");
  return (
    <div className={classes.advice}>
      <Link
        to="/w/$app/$workflow/advice"
        params={{ app: app_id, workflow: workflow_id }}
        search={{ id: advice.id }}
        title={advice.title}
      >
        {advice.title}
      </Link>
      <div className={classes.gain}>
        {gain ? `${gain} ${strings.overview.worth.aMonth}` : words.adviceCount(recommendations)}
      </div>
    </div>
  );
}
