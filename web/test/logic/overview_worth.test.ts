import { describe, expect, it } from "vitest";

import { roughly, worthParts } from "@/logic/overview_worth";

describe("roughly", () => {
  it.each([
    [12.34, "12.3 s"],
    [997, "17 min"],
    [3_599, "60 min"],
    [12_345, "3.4 h"],
    [432_000, "120 h"],
  ])("%d seconds: %s", (seconds, expected) => {
    expect(roughly(seconds)).toBe(expected);
  });
});

describe("worthParts", () => {
  it("says what there is, money first", () => {
    const worth = { seconds_per_month: 7200, usd_per_month: 12, failed_runs_per_month: 0.4, score: 1 };
    expect(worthParts(worth)).toEqual([
      { kind: "money", amount: "$12.00" },
      { kind: "time", amount: "2 h" },
      { kind: "failures", amount: "< 1" },
    ]);
  });

  it("says nothing of what is unknown or none", () => {
    const worth = { seconds_per_month: 0, usd_per_month: null, failed_runs_per_month: null, score: 0 };
    expect(worthParts(worth)).toEqual([]);
  });
});
