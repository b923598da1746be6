/**
 * What the cache did over time: the hours that the server tells, as equal steps without holes.
 *
 * Up to three days are shown by the hour, longer periods by the day, by the reader's own midnight.
 * A step in which nothing was asked has no rate; its counts are 0, which is known.
 */
export interface Hour {
  start: string;
  hits: number;
  misses: number;
  coalesced: number;
  stale: number;
  time_saved: number;
  cost_saved: number;
}

export interface Step {
  /** Milliseconds since the epoch. */
  at: number;
  hits: number;
  misses: number;
  coalesced: number;
  stale: number;
  seconds: number;
  usd: number;
  /** 0 to 1: hits of hits and misses. */
  rate: number | null;
}

export interface Series {
  unit: "hour" | "day";
  steps: readonly Step[];
}

const HOUR_MS = 3_600_000;
const MOST_HOURS = 3 * 24;

/** The midnight before an instant, where the reader is. */
export function midnight(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}

/** The next midnight: a day is not always 24 hours. */
function nextDay(at: number): number {
  const day = new Date(at);
  return day.setDate(day.getDate() + 1);
}

export function cacheSeries(hours: readonly Hour[], start: string, end: string): Series {
  const [from, to] = [Date.parse(start), Date.parse(end)];
  const isByHour = to - from <= MOST_HOURS * HOUR_MS + HOUR_MS;
  const stepOf = isByHour ? (at: number) => Math.floor(at / HOUR_MS) * HOUR_MS : midnight;
  const next = isByHour ? (at: number) => at + HOUR_MS : nextDay;
  const steps = new Map<number, Step>();
  for (let at = stepOf(from); at < to; at = next(at)) steps.set(at, nothing(at));
  for (const hour of hours) {
    const step = steps.get(stepOf(Date.parse(hour.start)));
    if (step) add(step, hour);
  }
  return { unit: isByHour ? "hour" : "day", steps: [...steps.values()].map(withRate) };
}

function nothing(at: number): Step {
  return { at, hits: 0, misses: 0, coalesced: 0, stale: 0, seconds: 0, usd: 0, rate: null };
}

function add(step: Step, hour: Hour): void {
  step.hits += hour.hits;
  step.misses += hour.misses;
  step.coalesced += hour.coalesced;
  step.stale += hour.stale;
  step.seconds += hour.time_saved;
  step.usd += hour.cost_saved;
}

function withRate(step: Step): Step {
  const asked = step.hits + step.misses;
  return { ...step, rate: asked > 0 ? step.hits / asked : null };
}
