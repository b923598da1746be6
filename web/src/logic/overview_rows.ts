/** The lines of the list of workflows: which are shown, and in which order. */
import type { Overview, OverviewWorkflow } from "@/api/answers";

import { wholePoints, type Span } from "./overview_points";
import { trouble, type Trouble } from "./overview_trouble";
import { sorted, type Sort } from "./sorting";

export interface Line {
  of: OverviewWorkflow;
  /** What it is called: its name, else its id. */
  name: string;
  trouble: Trouble;
  /** Which points of its sparklines can be compared where they are sums. */
  whole: Span;
}

/** What lines are ordered by; more is first, except of names. */
export const ORDERS = {
  trouble: (line: Line) => line.trouble.score,
  name: (line: Line) => line.name,
  runs: ({ of }: Line) => of.run_count,
  p95: ({ of }: Line) => of.execution_time.p95,
  errors: ({ of }: Line) => of.error_rate,
  cost: ({ of }: Line) => of.total_cost,
  cache: ({ of }: Line) => of.cache_hit_rate,
  advice: ({ of }: Line) => of.advice?.worth.score,
  last: ({ of }: Line) => of.last_run_at,
} as const;

export type Order = keyof typeof ORDERS;
export const DEFAULT_SORT: Sort = { by: "trouble", descending: true };

export function isOrder(text: string): text is Order {
  return Object.hasOwn(ORDERS, text);
}

export function lines(overview: Overview): Line[] {
  const whole = wholePoints(overview);
  return overview.workflows.map((of) => ({
    of,
    name: of.workflow_name ?? of.workflow_id,
    trouble: trouble(of),
    whole,
  }));
}

/** Those that all words of the text are found in: in the name, the id, the application, or why it is in trouble. */
export function matching(all: readonly Line[], text: string | undefined): Line[] {
  const words = (text ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  return all.filter((line) => {
    const told = [line.name, line.of.workflow_id, line.of.app_id, line.trouble.node ?? ""];
    const whole = told.join("\n").toLowerCase();
    return words.every((each) => whole.includes(each));
  });
}

export function inOrder(all: readonly Line[], sort: Sort): Line[] {
  return isOrder(sort.by) ? sorted(all, ORDERS[sort.by], sort.descending) : [...all];
}

/** Those in trouble of which nothing known names a node, the gravest first. */
export function unblamed(all: readonly Line[]): Line[] {
  const meant = all.filter(({ trouble: { level, node } }) => level !== "none" && node === null);
  return inOrder(meant, DEFAULT_SORT);
}

/** How many are in trouble. */
export function troubled(all: readonly Line[]): number {
  return all.filter((line) => line.trouble.level === "grave").length;
}
