import { describe, expect, it } from "vitest";

import type { Measured } from "@/logic/graph_figures";
import { heatOf, rounded, scaleOf } from "@/logic/graph_scale";

import { MEASURED, graphOf, stepsOf } from "../support/graphs";

const of = (more: Partial<Measured>): Measured => ({ ...MEASURED, ...more });
const steps = (...measured: (Measured | null)[]) => {
  const graph = graphOf(measured.map((_, place) => [String(place)]));
  return [...stepsOf(graph).values()].map((step, place) => ({ ...step, measured: measured[place] ?? null }));
};

describe("how hot a step is", () => {
  it.each([
    [0, 0],
    [0.0041, 0.005],
    [0.3, 0.3],
    [0.649, 0.8],
    [0.81, 1],
    [1, 1],
    [2.5, 3],
    [47.1, 50],
    [1234, 2000],
  ])("a scale to %s ends at %s", (value, end) => {
    expect(rounded(value)).toBe(end);
  });

  it("ends above the hottest, and never above all", () => {
    expect(scaleOf(steps(of({ criticalShare: 0.46 }), of({ criticalShare: 0.1 })), "time").most).toBe(0.5);
    expect(scaleOf(steps(of({ errorRate: 0.97 })), "errors").most).toBe(1);
    expect(scaleOf(steps(of({ cost: 47.1 })), "cost").most).toBe(50);
    expect(scaleOf(steps(of({ hitRatio: 0.05 })), "cache").most).toBe(1);
    expect(scaleOf(steps(of({ errorRate: 0 })), "errors").most).toBe(1);
  });

  it("is unknown where nothing is known, which is not zero", () => {
    expect(scaleOf(steps(null, of({ cost: null })), "cost").most).toBeNull();
    expect(heatOf(null, { view: "time", most: 1 })).toEqual({ text: "–", part: null, level: 0 });
    expect(heatOf(of({ cost: null }), { view: "cost", most: 1 }).part).toBeNull();
    expect(heatOf(of({ cost: 0 }), { view: "cost", most: 0 })).toEqual({ text: "$0", part: 0, level: 0 });
  });

  it.each([
    [0, 0],
    [0.001, 1],
    [0.1, 1],
    [0.11, 2],
    [0.5, 5],
  ])("a share of %s of a scale to 0.5 has level %s", (criticalShare, level) => {
    expect(heatOf(of({ criticalShare }), { view: "time", most: 0.5 }).level).toBe(level);
  });

  it("writes each figure in its unit", () => {
    const measured = of({ criticalShare: 0.46, cost: 12.3, errorRate: 0.047, hitRatio: 1 });
    expect(heatOf(measured, { view: "time", most: 1 }).text).toBe("46 %");
    expect(heatOf(measured, { view: "cost", most: 20 }).text).toBe("$12.30");
    expect(heatOf(measured, { view: "errors", most: 1 }).text).toBe("4.7 %");
    expect(heatOf(measured, { view: "cache", most: 1 }).text).toBe("100 %");
  });
});
