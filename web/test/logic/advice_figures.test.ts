import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

import type { RatedRecommendation } from "@/api/answers";
import { estimateOf, neededRuns, numberOf, textsOf, verificationOf } from "@/logic/advice_figures";

const recorded = JSON.parse(
  readFileSync(`${import.meta.dirname}/../../../tests/snapshots/api/recommendation.json`, "utf8"),
) as RatedRecommendation;

describe("loose figures", () => {
  it("are read from what the server answers", () => {
    expect(estimateOf(recorded.estimate)).toMatchObject({
      metric: "execution_time_p50",
      baseline: 3,
      n: 400,
    });
    expect(verificationOf(recorded.verification)).toMatchObject({
      verdict: "improved",
      before: 3,
      after: 2,
      others: [],
      isFinal: false,
    });
  });
  it("are null where they are none", () => {
    expect(numberOf({ a: "1" }, "a")).toBeNull();
    expect(numberOf({ a: Number.NaN }, "a")).toBeNull();
    expect(textsOf({ a: ["x", 1] }, "a")).toEqual(["x"]);
    expect(estimateOf({ metric: "x", baseline: 1 })).toBeNull();
    expect(verificationOf(null)).toBeNull();
  });
  it("without bounds are known exactly", () => {
    expect(estimateOf({ metric: "x", baseline: 2, expected: 1 })).toMatchObject({
      low: 1,
      high: 1,
      unit: "",
    });
  });
  it("of a p95 need more runs", () => {
    expect([neededRuns("execution_time_p95"), neededRuns("cost_per_run")]).toEqual([120, 30]);
  });
});
