/** How busy a folded row is over its time: how many of what is inside ran, bucket by bucket. */
import type { RunModel } from "./run_model";

/**
 * Shares of 0 to 1 of the busiest bucket; empty where nothing is known.
 *
 * Counts leaves only: what holds others runs as long as they do.
 */
export function density(
  model: RunModel,
  inside: readonly number[],
  [start, end]: readonly [number, number],
  buckets: number,
): number[] {
  const span = end - start;
  if (span <= 0) return [];
  const busy = new Float64Array(buckets);
  const waiting = [...inside];
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    const children = model.children[place] ?? [];
    if (children.length > 0) {
      for (const child of children) waiting.push(child);
      continue;
    }
    const node = model.nodes[place];
    if (node?.start === null || node?.end === null || node === undefined) continue;
    const first = ((node.start - start) / span) * buckets;
    const last = ((node.end - start) / span) * buckets;
    const until = Math.min(buckets - 1, Math.floor(last));
    for (let bucket = Math.max(0, Math.floor(first)); bucket <= until; bucket++)
      busy[bucket] = (busy[bucket] ?? 0) + Math.max(0, Math.min(last, bucket + 1) - Math.max(first, bucket));
  }
  const most = busy.reduce((one, other) => Math.max(one, other), 0);
  return most === 0 ? [] : Array.from(busy, (value) => value / most);
}

/** An area of a hundred by a hundred, its steps as high as the shares. */
export function areaPath(shares: readonly number[]): string {
  if (shares.length === 0) return "";
  const width = 100 / shares.length;
  const steps = shares.map((share, index) => {
    const top = (100 - share * 100).toFixed(1);
    return `L${(index * width).toFixed(2)} ${top}L${((index + 1) * width).toFixed(2)} ${top}`;
  });
  return `M0 100${steps.join("")}L100 100Z`;
}
