/**
 * Points of a trend as a chart draws them: in the middle of their time, with a hole wherever a period has none.
 *
 * A period of which nothing is known is not a zero, and no line is drawn across it.
 */
import type { TrendPoint, TrendSeries } from "@/api/answers";

/** A point in milliseconds; `figures` is null where nothing is known. */
export interface Spot {
  at: number;
  start: number;
  end: number;
  figures: TrendPoint | null;
}

export interface Stretch {
  /** Milliseconds; the last period may go on. */
  from: number;
  until: number;
  /** How long a period is, as a rule. */
  step: number;
  spots: Spot[];
}

const HOUR_MS = 3_600_000;
const STEPS = { hourly: HOUR_MS, daily: 24 * HOUR_MS, weekly: 7 * 24 * HOUR_MS, monthly: 30 * 24 * HOUR_MS };

/** The points of a series' first line, with one spot without figures in each gap. */
export function stretchOf(series: TrendSeries): Stretch {
  const step = STEPS[series.period_type];
  const spots: Spot[] = [];
  for (const figures of series.items[0]?.points ?? []) {
    const [start, end] = [Date.parse(figures.period_start), Date.parse(figures.period_end)];
    const last = spots.at(-1);
    if (last && start - last.end > step / 2)
      spots.push({ at: (last.end + start) / 2, start: last.end, end: start, figures: null });
    spots.push({ at: (start + end) / 2, start, end, figures });
  }
  return { from: Date.parse(series.period_start), until: Date.parse(series.period_end), step, spots };
}

/** Whether the spot stands alone: without a neighbour no line is drawn through it, so it needs a dot. */
export function isAlone(spots: readonly Spot[], place: number): boolean {
  return spots[place]?.figures != null && !spots[place - 1]?.figures && !spots[place + 1]?.figures;
}

/** Whether the spot's period goes on: what is counted in it is not all of it yet. */
export function goesOn(spot: Spot, now: number): boolean {
  return spot.end > now;
}

/** By the hour up to two days, else by the day. */
export function periodOf(days: number): "hourly" | "daily" {
  return days <= 2 ? "hourly" : "daily";
}

const MOST_DAYS_OF_ZONE = 60;

/** The zone whose days are meant: one's own while hours are kept to make them of, else UTC's. */
export function zoneOf(days: number, own: string): string {
  return days <= MOST_DAYS_OF_ZONE && own.includes("/") ? own : "UTC";
}
