/**
 * Two distributions in the same bins, so that they can be laid over each other.
 *
 * Bins of two answers fit into those of the coarser one, so nothing is guessed: counts are added.
 */
import type { Distribution } from "@/api/answers";

export interface SharedBin {
  /** Seconds. */
  low: number;
  high: number;
  /** Of each side, how many and which share of its values. */
  counts: [number, number];
  shares: [number, number];
}

export interface Overlay {
  bins: SharedBin[];
  /** Which share of each side took no time at all: on no axis of ratios there is a place for it. */
  zeros: [number, number];
  /** How many bins there are from a time to its double. */
  perDoubling: number;
}

const LEAST_BINS = 14;

const NS = 1e9;
/** A bound in seconds is 2 to the power of a whole number of bins, in nanoseconds; the rest is rounding. */
const place = (seconds: number, perDoubling: number): number =>
  Math.floor(Math.log2(seconds * NS) * perDoubling + 1e-6);

/**
 * Both in bins of the coarser one; of few values in still wider ones, about twice the root of how many there are,
 * since bars of one or two values are noise.
 */
export function overlay(a: Distribution, b: Distribution): Overlay {
  const sides = [a, b].filter((side) => side.n > 0);
  let found = inBins(a, b, Math.min(64, ...sides.map((side) => side.bins_per_doubling)));
  const most = Math.max(LEAST_BINS, 2 * Math.sqrt(Math.min(...sides.map((side) => side.n))));
  while (found.bins.length > most) found = inBins(a, b, found.perDoubling / 2);
  return found;
}

function inBins(a: Distribution, b: Distribution, perDoubling: number): Overlay {
  const counts = new Map<number, [number, number]>();
  const zeros: [number, number] = [0, 0];
  [a, b].forEach((side, which) => {
    for (const bin of side.bins) {
      if (bin.high === 0) zeros[which as 0 | 1] = bin.share;
      else {
        const at = place(bin.low, perDoubling);
        const found = counts.get(at) ?? [0, 0];
        found[which as 0 | 1] += bin.count;
        counts.set(at, found);
      }
    }
  });
  const places = [...counts.keys()];
  const bins: SharedBin[] = [];
  for (let at = Math.min(...places); at <= Math.max(...places); at++) {
    const [ofA, ofB] = counts.get(at) ?? [0, 0];
    bins.push({
      low: 2 ** (at / perDoubling) / NS,
      high: 2 ** ((at + 1) / perDoubling) / NS,
      counts: [ofA, ofB],
      shares: [a.n > 0 ? ofA / a.n : 0, b.n > 0 ? ofB / b.n : 0],
    });
  }
  return { bins, zeros, perDoubling };
}

/** A step line through the bins, from 0 to 0. `x` is where a bound stands, `y` how high a bin is. */
export function steps(
  bins: readonly SharedBin[],
  side: 0 | 1,
  x: (seconds: number) => number,
  y: (share: number, bin: SharedBin) => number,
): [number, number][] {
  const first = bins[0];
  const last = bins.at(-1);
  if (!first || !last) return [];
  return [
    [x(first.low), 0],
    ...bins.map((bin): [number, number] => [x(bin.low), y(bin.shares[side], bin)]),
    [x(last.high), 0],
  ];
}

/** Up to where a plain axis reaches: a little beyond the slower p99, or nothing would be seen of the rest. */
export function reach(a: Distribution, b: Distribution): number {
  const [slowest, most] = [Math.max(a.p99 ?? 0, b.p99 ?? 0), Math.max(a.max ?? 0, b.max ?? 0)];
  return Math.min(most, slowest * 1.25) || 1;
}

const STEPS = [
  [1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7, 7.5, 8, 8.5, 9, 9.5],
  [1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9],
  [1, 1.5, 2, 3, 4, 5, 7],
  [1, 2, 5],
  [1, 3],
  [1],
] as const;

/** Round values from `low` to `high` for an axis of ratios, at most so many: 1, 2, 5, 10, … or finer, or powers of ten. */
export function roundValues(low: number, high: number, most = 10): number[] {
  if (!(low > 0) || !(high > low)) return [];
  let found: number[] = [];
  for (const steps of STEPS) {
    found = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++)
      for (const step of steps) {
        const value = Number((step * 10 ** power).toPrecision(2));
        if (value >= low && value <= high) found.push(value);
      }
    if (found.length <= most) return found;
  }
  const each = Math.ceil(found.length / most);
  return found.filter((_, at) => at % each === 0);
}
