import { describe, expect, it } from "vitest";

import { placed, toneOf } from "@/charts/before_after";

describe("bars of one figure", () => {
  it("stand on one scale, with what is saved hollow and the interval where it is", () => {
    const [now, then] = placed([
      { name: "now", value: 10, kind: "before" },
      { name: "then", value: 5, low: 4, high: 6, from: 10, kind: "expected" },
    ]);
    expect(now?.width).toBeCloseTo(97);
    expect(then?.width).toBeCloseTo(48.5);
    expect(then?.ghost).toEqual({
      left: expect.closeTo(48.5) as number,
      width: expect.closeTo(48.5) as number,
    });
    expect(then?.interval).toEqual({
      left: expect.closeTo(38.8) as number,
      width: expect.closeTo(19.4) as number,
    });
    expect(now?.ghost).toBeNull();
    expect(now?.interval).toBeNull();
  });
  it("reach no further than their place, also where the interval does", () => {
    const [bar] = placed([{ name: "x", value: 1, low: 0, high: 4, kind: "measured" }]);
    expect(bar?.width).toBeCloseTo(97 / 4);
    expect((bar?.interval?.left ?? 0) + (bar?.interval?.width ?? 0)).toBeLessThanOrEqual(100);
  });
  it("are nothing of nothing, and what got worse has no hollow part", () => {
    expect(placed([{ name: "x", value: 0, from: 0, kind: "before" }])[0]?.width).toBe(0);
    expect(placed([{ name: "x", value: 3, from: 2, kind: "measured" }])[0]?.ghost).toBeNull();
  });
  it("have the colour of their unit", () => {
    expect(["s", "usd", "ratio", "tokens"].map(toneOf)).toEqual(["critical", "cost", "error", "work"]);
  });
});
