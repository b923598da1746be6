import { describe, expect, it } from "vitest";

import type { ComparedFigure, ComparisonAnswer } from "@/api/answers";
import { asPoint, boundsText, changeText, shiftText } from "@/logic/compare_change";
import { barOf, placed, scaleOf } from "@/logic/compare_forest";
import { outcome } from "@/logic/compare_verdict";

type Verdict = ComparedFigure["verdict"];

function figure(name: string, verdict: Verdict): ComparedFigure {
  return {
    figure: name,
    unit: "s",
    effect: "ratio",
    more_is_worse: true,
    verdict,
    n_a: 100,
    n_b: 100,
    raw: { a: 1, b: 1.2, change: 1.2, low: 1.1, high: 1.3, p_value: 0.01 },
    adjusted: null,
    p_adjusted: null,
  };
}

function comparison(verdicts: Record<string, Verdict>, problem: string | null = null): ComparisonAnswer {
  return {
    problem,
    figures: Object.entries(verdicts).map(([name, verdict]) => figure(name, verdict)),
  } as unknown as ComparisonAnswer;
}

describe("the outcome", () => {
  it("tells what became worse first, with the most telling figures", () => {
    const found = outcome(
      comparison({
        run_time_p50: "worse",
        run_time_p95: "worse",
        run_time_mean: "worse",
        error_rate: "no_evidence",
        cost_per_run: "better",
        tokens_per_run: "worse",
      }),
    );
    expect([found.kind, found.tone]).toEqual(["different", "mixed"]);
    expect(
      found.clauses.map(({ subject, way, figures }) => [subject, way, figures.map((each) => each.figure)]),
    ).toEqual([
      ["time", "worse", ["run_time_p95", "run_time_p50"]],
      ["tokens", "worse", ["tokens_per_run"]],
      ["cost", "better", ["cost_per_run"]],
    ]);
  });

  it("is all of one kind, or not", () => {
    expect(outcome(comparison({ run_time_p50: "better" })).tone).toBe("better");
    expect(outcome(comparison({ run_time_p50: "better", run_time_p99: "worse" })).tone).toBe("mixed");
  });

  it("says what is still possible where nothing differs", () => {
    const found = outcome(comparison({ run_time_p50: "no_evidence", run_time_p99: "too_few_runs" }));
    expect([found.kind, found.possible?.figure]).toEqual(["same", "run_time_p50"]);
  });

  it("gives none of too few runs, or with a problem", () => {
    expect(outcome(comparison({ run_time_p50: "too_few_runs" })).kind).toBe("too_few");
    expect(outcome(comparison({ run_time_p50: "worse" }, "the traffic is another one")).kind).toBe("problem");
  });
});

describe("a change in words", () => {
  const ratio = { effect: "ratio", unit: "s" } as const;
  const share = { effect: "difference", unit: "ratio" } as const;

  it("is in hundredths, points or counts", () => {
    expect([changeText(1.18, ratio), changeText(0.9, ratio), changeText(null, ratio)]).toEqual([
      "+18 %",
      "−10 %",
      "–",
    ]);
    expect([changeText(0.012, share), changeText(0, share)]).toEqual(["+1.2 points", "±0 points"]);
    expect(changeText(-3, { effect: "difference", unit: "percent" })).toBe("−3 points");
    expect(changeText(-0.5, { effect: "difference", unit: "count" })).toBe("−0.5");
    expect(boundsText({ low: -0.01, high: 0.02 }, share)).toBe("−1 to +2 points");
    expect(boundsText({ low: 1.1, high: 1.3 }, ratio)).toBe("+10 % to +30 %");
    expect(boundsText({ low: null, high: 2 }, ratio)).toBe("");
    expect([shiftText(0.659), shiftText(-2), shiftText(null)]).toEqual(["+659 ms", "−2 s", "–"]);
  });

  it("stands on one scale", () => {
    expect([asPoint(1.2, ratio), asPoint(0.02, share)].map((each) => each.toFixed(2))).toEqual([
      "0.20",
      "0.02",
    ]);
    expect(asPoint(5, { effect: "difference", unit: "percent" })).toBe(0.05);
  });
});

describe("a row of changes", () => {
  it("has 0 in it, and no wild row", () => {
    expect(scaleOf([])).toEqual({ low: -0.1 * 1.06, high: 0.1 * 1.06 });
    expect(scaleOf([{ change: 0.5, low: 0.2, high: 9 }]).high).toBeCloseTo(1.5 * 1.06);
  });

  it("places a change between its bounds, and says where they are cut", () => {
    const at = placed({ change: 0.5, low: 0, high: 3 }, { low: -1, high: 1 });
    expect(at).toEqual({ zero: 50, change: 75, low: 50, high: 100, cutLow: false, cutHigh: true });
    expect(placed({ change: 0, low: null, high: null }, { low: -1, high: 1 })).toMatchObject({
      low: 50,
      high: 50,
    });
  });

  it("draws a bar to either side", () => {
    expect([barOf(2, 4), barOf(-4, 4), barOf(0, 0)]).toEqual([
      { left: 50, width: 25 },
      { left: 0, width: 50 },
      { left: 50, width: 0 },
    ]);
  });
});
