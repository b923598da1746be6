/**
 * The list of runs that is looked at while they happen: newest first, each once, so many at most; it can be held still.
 *
 * What is told of a run last counts, in whatever order and however often it comes.
 */
import type { LiveRun } from "@/api/answers";

export type LiveEvent =
  { kind: "run"; run: LiveRun } | { kind: "gone"; id: string } | { kind: "reset"; runs: readonly LiveRun[] };

export interface LiveList {
  /** All that is known, the run that began last first. */
  runs: readonly LiveRun[];
  /** What is shown while it is held still; null: all that is known. */
  held: readonly LiveRun[] | null;
  /** How many runs began since. */
  fresh: number;
  /** Whether anything was told yet. */
  isBegun: boolean;
}

export type LiveAction =
  | { kind: "events"; events: readonly LiveEvent[] }
  | { kind: "hold" }
  | { kind: "go on" }
  | { kind: "forget" };

export const MOST = 500;
export const NOTHING: LiveList = { runs: [], held: null, fresh: 0, isBegun: false };

export function reduced(list: LiveList, action: LiveAction): LiveList {
  switch (action.kind) {
    case "hold":
      return list.held ? list : { ...list, held: list.runs, fresh: 0 };
    case "go on":
      return { ...list, held: null, fresh: 0 };
    case "forget":
      return NOTHING;
    case "events":
      return heard(list, action.events);
  }
}

function heard(list: LiveList, events: readonly LiveEvent[]): LiveList {
  const known = new Map(list.runs.map((run) => [run.workflow_run_id, run]));
  for (const event of events) {
    if (event.kind === "run") known.set(event.run.workflow_run_id, event.run);
    else if (event.kind === "gone") known.delete(event.id);
    else {
      known.clear();
      for (const run of event.runs) known.set(run.workflow_run_id, run);
    }
  }
  const runs = bounded([...known.values()].toSorted(newestFirst));
  const shown = list.held && new Set(list.held.map((run) => run.workflow_run_id));
  const fresh = shown ? runs.filter((run) => !shown.has(run.workflow_run_id)).length : 0;
  return { ...list, runs, fresh, isBegun: true };
}

/** When a run began, in milliseconds; where that is not known, when it was first heard of. */
export function began(run: LiveRun): number {
  const at = run.start_time ?? run.recorded_at;
  return at === null ? 0 : Date.parse(at);
}

function newestFirst(one: LiveRun, other: LiveRun): number {
  return began(other) - began(one) || (one.workflow_run_id < other.workflow_run_id ? 1 : -1);
}

/** The newest ones; those that still run stay, however long ago they began. */
function bounded(runs: LiveRun[]): LiveRun[] {
  if (runs.length <= MOST) return runs;
  let room = MOST - runs.filter(isRunning).length;
  return runs.filter((run) => isRunning(run) || room-- > 0).slice(0, MOST);
}

/** Whether its end was not seen yet, and is still waited for. */
export function isRunning(run: LiveRun): boolean {
  return !run.is_ended && run.state === "running";
}

/** How it ended, as far as is known now. */
export function statusOf(run: LiveRun): string {
  if (run.state === "incomplete") return "incomplete";
  return run.is_ended ? (run.status_so_far ?? "running") : "running";
}

/** Seconds: of a run that ended what it took, of one that runs how long it has been running. */
export function tookSoFar(run: LiveRun, now: number): number | null {
  if (!isRunning(run)) return run.total_execution_time;
  return run.start_time === null ? null : Math.max(0, (now - Date.parse(run.start_time)) / 1000);
}
