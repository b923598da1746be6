import { describe, expect, it } from "vitest";

import { moved, ticks, zoomed } from "@/logic/run_scale";

const labels = (from: number, to: number, width: number) =>
  ticks({ from, to }, width).map((tick) => tick.label);

describe("ticks", () => {
  it.each([
    [0, 12.53, 800, ["0", "2 s", "4 s", "6 s", "8 s", "10 s", "12 s"]],
    [0, 0.4, 400, ["0", "0.1 s", "0.2 s", "0.3 s", "0.4 s"]],
    [71.55, 72.05, 500, ["71.6 s", "71.7 s", "71.8 s", "71.9 s", "72.0 s"]],
    [0, 7_200, 500, ["0", "30 min", "1 h", "1 h 30 min", "2 h"]],
    [1, 1.0004, 300, ["1,000.0 ms", "1,000.2 ms", "1,000.4 ms"]],
    [0, 0, 300, []],
  ])("from %s to %s s over %s pixels", (from, to, width, expected) => {
    expect(labels(from, to, width)).toEqual(expected);
  });
});

describe("what is in sight", () => {
  it("is zoomed around a moment that stays where it is", () => {
    expect(zoomed({ from: 0, to: 10 }, 0.5, 2, 10)).toEqual({ from: 1, to: 6 });
  });
  it("stays within the run", () => {
    expect(zoomed({ from: 0, to: 5 }, 4, 5, 10)).toEqual({ from: 0, to: 10 });
    expect(moved({ from: 6, to: 9 }, 5, 10)).toEqual({ from: 7, to: 10 });
    expect(moved({ from: 1, to: 4 }, -5, 10)).toEqual({ from: 0, to: 3 });
  });
  it("is never less than a millionth of the run", () => {
    const { from, to } = zoomed({ from: 5, to: 5.000_02 }, 0.001, 5.000_01, 10);
    expect(to - from).toBeCloseTo(1e-5, 9);
  });
});
