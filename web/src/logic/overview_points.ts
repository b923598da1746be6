/** The points of the overview's sparklines. */
import type { Overview } from "@/api/answers";

/** From one point up to, not including, another. */
export type Span = readonly [number, number];

/**
 * The points that lie wholly in the period: what is summed in them can be compared.
 *
 * A day that goes on has fewer runs than the one before, and so has the day in which the period begins.
 */
export function wholePoints({ points, period_start, period_end }: Overview): Span {
  const [since, until] = [Date.parse(period_start), Date.parse(period_end)];
  const starts = points.starts.map((each) => Date.parse(each));
  const first = starts.findIndex((each) => each >= since);
  const last = starts.findLastIndex((each) => each + points.seconds * 1000 <= until);
  return first < 0 || last - first < 1 ? [0, starts.length] : [first, last + 1];
}
