import { describe, expect, it } from "vitest";

import type { TrendPoint, TrendSeries } from "@/api/answers";
import { goesOn, isAlone, periodOf, stretchOf, zoneOf } from "@/logic/trend_points";

const DAY = 86_400_000;
const NOVEMBER = Date.UTC(2026, 10, 1);

/** A series of days, of which these are known. */
function daysOf(...days: number[]): TrendSeries {
  const iso = (day: number) => new Date(NOVEMBER + day * DAY).toISOString();
  const points = days.map((day): TrendPoint => ({
    period_start: iso(day),
    period_end: iso(day + 1),
    value: day,
    count: 1,
    avg: null,
    stddev: null,
    min: null,
    max: null,
    p50: null,
    p95: null,
    p99: null,
  }));
  return {
    app_id: "shop",
    workflow_id: "checkout",
    metric_type: "run_count",
    unit: "count",
    period_type: "daily",
    by: null,
    tz: "UTC",
    period_start: iso(0),
    period_end: iso(10),
    kept_since: null,
    items: [{ name: null, title: null, node_type: null, enclosing_node_id: null, points }],
    left_out: 0,
  };
}

describe("points of a trend", () => {
  it("stand in the middle of their periods, with one hole in every gap", () => {
    const { spots, from, until, step } = stretchOf(daysOf(0, 1, 4, 6));
    expect([from, until, step]).toEqual([NOVEMBER, NOVEMBER + 10 * DAY, DAY]);
    expect(spots.map((each) => [(each.at - NOVEMBER) / DAY, each.figures?.value ?? null])).toEqual([
      [0.5, 0],
      [1.5, 1],
      [3, null],
      [4.5, 4],
      [5.5, null],
      [6.5, 6],
    ]);
  });
  it("are alone where no line leads to them", () => {
    const { spots } = stretchOf(daysOf(0, 1, 4));
    expect(spots.map((_, place) => isAlone(spots, place))).toEqual([false, false, false, true]);
  });
  it("of nothing known are none", () => {
    expect(stretchOf({ ...daysOf(), items: [] }).spots).toEqual([]);
  });
  it("go on until their period has ended", () => {
    const [spot] = stretchOf(daysOf(3)).spots;
    expect(spot && [goesOn(spot, NOVEMBER + 3.5 * DAY), goesOn(spot, NOVEMBER + 4 * DAY)]).toEqual([
      true,
      false,
    ]);
  });
});

describe("how a period is divided", () => {
  it("is by hour up to two days", () => {
    expect([1, 2, 3, 365].map(periodOf)).toEqual(["hourly", "hourly", "daily", "daily"]);
  });
  it("is into one's own days while hours are kept", () => {
    expect(zoneOf(30, "Europe/Berlin")).toBe("Europe/Berlin");
    expect(zoneOf(365, "Europe/Berlin")).toBe("UTC");
    expect(zoneOf(7, "UTC")).toBe("UTC");
  });
});
