import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import type { Distribution } from "@/api/answers";
import { overlay, reach, roundValues, steps } from "@/logic/distribution";

const recorded = JSON.parse(readFileSync("../tests/snapshots/api/distribution.json", "utf8")) as Distribution;

/** Bins from a place on, `perDoubling` to each doubling of a nanosecond. */
function made(perDoubling: number, first: number, counts: number[], zeros = 0): Distribution {
  const n = counts.reduce((sum, each) => sum + each, zeros);
  const bound = (at: number) => 2 ** (at / perDoubling) / 1e9;
  const bins = counts.map((count, place) => ({
    low: bound(first + place),
    high: bound(first + place + 1),
    count,
    share: count / n,
  }));
  return {
    ...recorded,
    n,
    bins_per_doubling: perDoubling,
    bins: zeros > 0 ? [{ low: 0, high: 0, count: zeros, share: zeros / n }, ...bins] : bins,
  };
}

const total = (bins: readonly { counts: readonly [number, number] }[], side: 0 | 1) =>
  bins.reduce((sum, bin) => sum + bin.counts[side], 0);

describe("two distributions in the same bins", () => {
  it("add the finer one's counts, and lose none", () => {
    const fine = made(8, 240, [1000, 2000, 3000, 4000, 500]);
    const coarse = made(4, 119, [700, 800, 900]);
    const { bins, perDoubling } = overlay(fine, coarse);
    expect(perDoubling).toBe(4);
    expect(bins.map((bin) => bin.counts)).toEqual([
      [0, 700],
      [3000, 800],
      [7000, 900],
      [500, 0],
    ]);
    expect(bins[1]?.low).toBeCloseTo(2 ** 30 / 1e9, 12);
    expect(bins.map((bin) => bin.high).slice(0, -1)).toEqual(bins.map((bin) => bin.low).slice(1));
  });

  it("are wider where there are few values", () => {
    const few = made(
      16,
      480,
      Array.from({ length: 60 }, () => 2),
    );
    const { bins, perDoubling } = overlay(few, few);
    expect(bins.length).toBeLessThanOrEqual(2 * Math.sqrt(120));
    expect(perDoubling).toBeLessThan(16);
    expect([total(bins, 0), total(bins, 1)]).toEqual([120, 120]);
  });

  it("have shares of their own side, and tell what took no time apart", () => {
    const { bins, zeros } = overlay(made(4, 120, [3], 1), made(4, 121, [5]));
    expect(zeros).toEqual([0.25, 0]);
    expect(bins.map((bin) => bin.shares)).toEqual([
      [0.75, 0],
      [0, 1],
    ]);
  });

  it("may have nothing on a side, or on both", () => {
    const nothing = made(64, 0, []);
    expect(total(overlay(nothing, made(4, 120, [3])).bins, 1)).toBe(3);
    expect(overlay(nothing, nothing).bins).toEqual([]);
  });

  it("have every run of the server's answer", () => {
    expect(total(overlay(recorded, recorded).bins, 0)).toBe(recorded.n);
  });
});

describe("how they are drawn", () => {
  it("steps from 0 to 0", () => {
    const { bins } = overlay(made(1, 30, [1, 3]), made(1, 30, [1]));
    const found = steps(
      bins,
      0,
      (seconds) => Math.round(Math.log2(seconds * 1e9)),
      (share) => share,
    );
    expect(found).toEqual([
      [30, 0],
      [30, 0.25],
      [31, 0.75],
      [32, 0],
    ]);
    expect(steps([], 0, Number, Number)).toEqual([]);
  });

  it("reaches a little beyond the slower p99, or to the slowest", () => {
    const side = (p99: number | null, max: number | null): Distribution => ({ ...recorded, p99, max });
    expect(reach(side(4, 100), side(2, 3))).toBe(5);
    expect(reach(side(4, 4.2), side(2, 3))).toBe(4.2);
    expect(reach(side(null, null), side(null, null))).toBe(1);
  });

  it("is labelled with round values, as many as there is room for", () => {
    expect(roundValues(4, 11)).toEqual([4, 5, 6, 7, 8, 9, 10]);
    expect(roundValues(0.08, 30)).toEqual([0.1, 0.2, 0.5, 1, 2, 5, 10, 20]);
    expect(roundValues(0.001, 1000).length).toBeLessThanOrEqual(10);
    expect(roundValues(1e-9, 1e9).length).toBeLessThanOrEqual(10);
    expect(roundValues(0, 1)).toEqual([]);
  });
});
