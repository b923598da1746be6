/** What a node's time does to the end of its run, between the points that the server replayed. */
import type { RunWhatIf } from "@/api/answers";

/** The run's seconds at a factor; null where there are no points. */
export function endAt(points: RunWhatIf["points"], factor: number): number | null {
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last) return null;
  if (factor <= first.factor) return first.end_seconds;
  for (let index = 1; index < points.length; index++) {
    const [left, right] = [points[index - 1], points[index]];
    if (left && right && factor <= right.factor)
      return between(
        left.end_seconds,
        right.end_seconds,
        (factor - left.factor) / (right.factor - left.factor),
      );
  }
  return last.end_seconds;
}

export type Interval = readonly [start: number, end: number];

/** Where a node execution would be at a factor; null where it stays in its place. */
export function movedAt(whatIf: RunWhatIf, index: number | undefined, factor: number): Interval | null {
  const { factors, start, end } = whatIf.moved;
  const [starts, ends] = [
    index === undefined ? undefined : start[index],
    index === undefined ? undefined : end[index],
  ];
  if (!starts || !ends || factor === 1) return null;
  let right = factors.findIndex((each) => each >= factor);
  if (right === -1) right = factors.length - 1;
  const left = Math.max(0, right - 1);
  const [low, high] = [factors[left] ?? 0, factors[right] ?? 0];
  const share = high === low ? 1 : (factor - low) / (high - low);
  return [
    between(starts[left] ?? 0, starts[right] ?? 0, share),
    between(ends[left] ?? 0, ends[right] ?? 0, share),
  ];
}

function between(one: number, other: number, share: number): number {
  return one + (other - one) * share;
}
