/**
 * Lines of a trend: what may be asked together, where a line has gaps, which part of it is still growing,
 * and by how much it went up or down.
 */
import type { TrendLine, TrendPoint, TrendSeries } from "@/api/answers";

export const STRETCHES = ["hourly", "daily", "weekly", "monthly"] as const;
export type Stretch = (typeof STRETCHES)[number];
export const SPLITS = ["version", "node", "node_type", "model"] as const;
export type Split = (typeof SPLITS)[number];
export const STATISTICS = ["avg", "p50", "p95", "p99"] as const;
export type Statistic = "value" | (typeof STATISTICS)[number];

/** In the order in which they are offered. */
export const METRICS = [
  "run_time",
  "node_time",
  "critical_time",
  "waiting_time",
  "run_count",
  "error_rate",
  "retries",
  "cost",
  "tokens_input",
  "tokens_output",
  "tokens_cache_read",
  "tokens_reasoning",
  "cache_hit_rate",
  "node_count",
  "memory_peak",
] as const;

const OF_RUNS_ONLY: readonly string[] = ["run_time", "waiting_time", "run_count"];
const SUMS: readonly string[] = [
  "run_count",
  "node_count",
  "retries",
  "cost",
  "tokens_input",
  "tokens_output",
  "tokens_cache_read",
  "tokens_reasoning",
];
const MOST_DAYS_HOURLY = 30;

/** Whether the metric is known of what has a line of its own. */
export function isKnownBy(metric: string, by: Split | undefined, isCustom: boolean): boolean {
  if (by === undefined || by === "version") return true;
  if (OF_RUNS_ONLY.includes(metric)) return false;
  return by !== "model" || (metric !== "critical_time" && !isCustom);
}

/** The metric that is shown where the one that was asked for is not known of these lines. */
export function fitting(
  metric: string | undefined,
  by: Split | undefined,
  custom: readonly string[],
): string {
  const asked = metric ?? "run_time";
  return isKnownBy(asked, by, custom.includes(asked)) ? asked : "node_time";
}

/** Hours of few days, days of some months, else weeks; hours of many days are more than can be seen. */
export function stretchOf(days: number, asked: Stretch | undefined): Stretch {
  if (asked === "hourly" && days > MOST_DAYS_HOURLY) return "daily";
  return asked ?? (days <= 2 ? "hourly" : days <= 120 ? "daily" : "weekly");
}

export const canBeHourly = (days: number): boolean => days <= MOST_DAYS_HOURLY;

/** Whether its headline is a sum: in a period that goes on it is still growing. */
const isSum = (metric: string): boolean => SUMS.includes(metric);

/** Which statistics some point of the series has. */
export function statisticsOf(series: TrendSeries): Set<Statistic> {
  const found = new Set<Statistic>(["value"]);
  for (const { points } of series.items)
    for (const point of points) for (const each of STATISTICS) if (point[each] !== null) found.add(each);
  return found;
}

/** What names a line among the others, as it stands in the address. */
export function lineKey(line: TrendLine): string {
  return line.enclosing_node_id === null ? (line.name ?? "") : `${line.enclosing_node_id}/${line.name ?? ""}`;
}

/** A place on a line: in the middle of its period, null where nothing is known. */
export type Place = [number, number | null];

export interface Drawn {
  /** What is over, with a hole in each gap. */
  known: Place[];
  /** From the last period that is over to the one that goes on; empty where none does. */
  growing: Place[];
}

const middle = (point: TrendPoint): number =>
  (Date.parse(point.period_start) + Date.parse(point.period_end)) / 2;

export function drawn(line: TrendLine, stat: Statistic, now: number): Drawn {
  const known: Place[] = [];
  const growing: Place[] = [];
  let until: number | null = null;
  for (const point of line.points) {
    const [start, end] = [Date.parse(point.period_start), Date.parse(point.period_end)];
    const isGap = until !== null && start - until > (end - start) / 2;
    const place: Place = [middle(point), point[stat]];
    if (end > now) {
      const before = known.slice(-1).filter(([, value]) => value !== null && !isGap);
      growing.push(...before, place);
    } else {
      if (isGap && until !== null) known.push([(until + start) / 2, null]);
      known.push(place);
    }
    until = end;
  }
  return { known, growing };
}

/** The latest value, the whole of which is known: of a sum that of the last period that is over. */
export function latest(line: TrendLine, stat: Statistic, metric: string, now: number): number | null {
  return counted(line, stat, metric, now).at(-1)?.[stat] ?? null;
}

/**
 * (second half − first half) / first half: means of the periods that began in either half of the time,
 * of other than sums weighted by how much each was made of. Null where a half has nothing, or comes to 0.
 */
export function changeOver(
  line: TrendLine,
  series: TrendSeries,
  stat: Statistic,
  now: number,
): number | null {
  const half = (Date.parse(series.period_start) + Math.min(now, Date.parse(series.period_end))) / 2;
  const points = counted(line, stat, series.metric_type, now);
  const isWeighted = !(isSum(series.metric_type) && stat === "value");
  const [first, second] = [true, false].map((isFirst) =>
    mean(
      points.filter((point) => middle(point) < half === isFirst),
      stat,
      isWeighted,
    ),
  );
  return first == null || second == null || first === 0 ? null : (second - first) / first;
}

function counted(line: TrendLine, stat: Statistic, metric: string, now: number): TrendPoint[] {
  const isOver = (point: TrendPoint) =>
    !(isSum(metric) && stat === "value") || Date.parse(point.period_end) <= now;
  return line.points.filter((point) => point[stat] !== null && isOver(point));
}

function mean(points: readonly TrendPoint[], stat: Statistic, isWeighted: boolean): number | null {
  let [sum, weights] = [0, 0];
  for (const point of points) {
    const weight = isWeighted ? point.count : 1;
    sum += (point[stat] ?? 0) * weight;
    weights += weight;
  }
  return weights === 0 ? null : sum / weights;
}

/** How many executions or runs a line is made of. */
export const counts = (line: TrendLine): number => line.points.reduce((sum, point) => sum + point.count, 0);

/** Values at every period of the series, null where the line has none: for a small line beside its name. */
export function spark(line: TrendLine, series: TrendSeries, stat: Statistic): (number | null)[] {
  const starts = [
    ...new Set(series.items.flatMap((each) => each.points.map((point) => point.period_start))),
  ].toSorted();
  const of = new Map(line.points.map((point) => [point.period_start, point[stat]]));
  return starts.map((start) => of.get(start) ?? null);
}
