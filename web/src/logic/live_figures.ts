/** What the runs of the last minutes come to, and what is usual for each workflow: from the list that is looked at. */
import type { LiveRun } from "@/api/answers";

import { MOST, began, isRunning, statusOf } from "./live";

const WINDOW_MS = 5 * 60_000;
const FEW = 3;

export interface LiveFigures {
  running: number;
  /** Runs that began per minute, over the last five minutes or as far back as the list goes; null: nothing is known. */
  perMinute: number | null;
  /** Of the runs that ended in the same time. */
  ended: number;
  failed: number;
}

export function liveFigures(runs: readonly LiveRun[], now: number): LiveFigures {
  const oldest = runs.length >= MOST ? Math.min(...runs.map(began)) : 0;
  const since = Math.max(now - WINDOW_MS, oldest);
  const ended = runs.filter((run) => run.end_time !== null && Date.parse(run.end_time) >= since);
  const begun = runs.filter((run) => began(run) >= since);
  return {
    running: runs.filter(isRunning).length,
    perMinute: runs.length === 0 ? null : begun.length / (Math.max(now - since, 1_000) / 60_000),
    ended: ended.length,
    failed: ended.filter((run) => statusOf(run) === "failed").length,
  };
}

/** Names a run's workflow among all applications. */
export function workflowKey(run: LiveRun): string {
  return JSON.stringify([run.app_id, run.workflow_id]);
}

/** By workflow the median of what its runs in the list took, in seconds; none of fewer than three. */
export function usualTimes(runs: readonly LiveRun[]): ReadonlyMap<string, number> {
  const times = new Map<string, number[]>();
  for (const run of runs) {
    if (run.total_execution_time === null || !run.is_ended) continue;
    const key = workflowKey(run);
    const known = times.get(key);
    if (known) known.push(run.total_execution_time);
    else times.set(key, [run.total_execution_time]);
  }
  const usual = new Map<string, number>();
  for (const [key, each] of times) {
    const middle = each.toSorted((one, other) => one - other)[Math.floor(each.length / 2)];
    if (each.length >= FEW && middle !== undefined && middle > 0) usual.set(key, middle);
  }
  return usual;
}

export interface TimeBar {
  /** 0 to 1 of the bar's room: half of it is the usual time. */
  width: number;
  isLong: boolean;
  /** How many times the usual; null where nothing is usual yet. */
  times: number | null;
}

const LONG = 2;

/** How a time compares with the usual one. */
export function timeBar(seconds: number | null, usual: number | undefined): TimeBar | null {
  if (seconds === null || usual === undefined) return null;
  const times = seconds / usual;
  return { width: Math.min(1, times / LONG), isLong: times >= LONG, times };
}
