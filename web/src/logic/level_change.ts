/** A change of level in figures: by how much, how sure, what was behind it, and which runs show it. */
import type { Cause, Degradation } from "@/api/answers";

import { change, inUnit, percent, significant } from "./format";

const UNITS: Record<Degradation["metric"], string> = {
  run_time_p50: "seconds",
  run_time_p95: "seconds",
  error_rate: "ratio",
  cost: "usd",
};
/** Which metric of the trend chart a change is seen in. */
const SEEN_IN: Record<Degradation["metric"], string> = {
  run_time_p50: "run_time",
  run_time_p95: "run_time",
  error_rate: "error_rate",
  cost: "cost",
};
const VAGUE = 10;

export const seenIn = (event: Degradation): string => SEEN_IN[event.metric];

/** A level in the metric's unit. */
export const level = (event: Degradation, value: number): string => inUnit(value, UNITS[event.metric]);

/** `+22 %`; of what hardly ever was nobody knows how much more it is: `at least ×3`. */
export function extent(event: Degradation): string {
  if (event.high <= VAGUE * event.low) return change(event.ratio - 1);
  return event.ratio > 1
    ? `at least ×${significant(event.low, 2)}`
    : `at most ×${significant(event.high, 2)}`;
}

/** `+19 % to +26 %`: the bounds that hold the change in 95 % of cases. */
export const bounds = (event: Degradation): string => `${change(event.low - 1)} to ${change(event.high - 1)}`;

const figure = (cause: Cause, name: string): number | null => {
  const value = cause.evidence[name];
  return typeof value === "number" ? value : null;
};

/** How the cause's own figure went; empty where none is told. */
export function causeFigures(event: Degradation, cause: Cause): string {
  const [before, after] = [figure(cause, "before"), figure(cause, "after")];
  if (cause.kind === "node" && before !== null && after !== null)
    return `${level(event, before)} → ${level(event, after)} a run`;
  if (cause.kind === "input_size" && before !== null && after !== null)
    return `${significant(before)} → ${significant(after)} tokens or bytes`;
  const names = Object.keys(cause.evidence);
  const [was, is] = ["_before", "_after"].map((ending) =>
    names.find((name) => name.endsWith(ending) && !name.startsWith("runs")),
  );
  if (was === undefined || is === undefined) return "";
  return `${percent(figure(cause, was))} → ${percent(figure(cause, is))} of runs`;
}

/** Runs that show it, at most so many, each once. */
export function evidenceRuns(event: Degradation, most: number): string[] {
  const ids = event.causes.flatMap((cause) => {
    const told = cause.evidence.run_ids;
    return Array.isArray(told) ? told.filter((each): each is string => typeof each === "string") : [];
  });
  return [...new Set(ids)].slice(0, most);
}

/** The runs since, as the list of runs is asked for them: those that are slow, or that failed. */
export function runsSince(event: Degradation): { since: string; status?: "failed"; slower_than?: number } {
  const since = event.started_at;
  if (event.metric === "error_rate") return { since, status: "failed" };
  if (event.metric === "cost") return { since };
  return { since, slower_than: Number(event.before.toPrecision(3)) };
}

const WEEK_MS = 7 * 24 * 3_600_000;

/** What a page that compares is to show: a week before, and up to a week since. */
export function besideBefore(event: Degradation): Record<"a_since" | "a_until" | "b_since", string> & {
  view: "compare";
  b_until?: string;
} {
  const started = Date.parse(event.started_at);
  const iso = (at: number) => new Date(at).toISOString();
  const ended = event.closed_at === null ? started + WEEK_MS : Date.parse(event.closed_at);
  const isOver = ended < Date.parse(event.last_seen_at) || event.closed_at !== null;
  return {
    view: "compare",
    a_since: iso(started - WEEK_MS),
    a_until: event.started_at,
    b_since: event.started_at,
    ...(isOver ? { b_until: iso(Math.min(ended, started + WEEK_MS)) } : {}),
  };
}
