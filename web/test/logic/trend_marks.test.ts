import { describe, expect, it } from "vitest";

import type { Degradation } from "@/api/answers";
import { isLabelled, marksOf, type Mark } from "@/logic/trend_marks";
import { dayTicks } from "@/logic/trend_ticks";
import { inZone, isZone, zones } from "@/logic/trend_zone";

const DAY = 86_400_000;
const START = Date.parse("2026-11-01T00:00:00Z");
const at = (days: number) => new Date(START + days * DAY).toISOString();
const words = {
  version: (version: string) => `${version} came up`,
  change: (metric: string, ratio: string) => `${metric} ${ratio}`,
  metric: { run_time_p50: "Median", run_time_p95: "p95", error_rate: "Errors", cost: "Cost" },
};
const event = (metric: Degradation["metric"], day: number, ratio: number): Degradation =>
  ({ metric, started_at: at(day), ratio, low: ratio, high: ratio, is_improvement: ratio < 1 }) as Degradation;

describe("what happened beside a trend", () => {
  const versions = [
    { version: "v2", first_run_at: at(5) },
    { version: null, first_run_at: at(2) },
    { version: "v1", first_run_at: at(0) },
    { version: "a-version-with-a-long-name", first_run_at: at(7) },
  ];
  const events = [event("run_time_p95", 5, 1.2), event("cost", 6, 2), event("run_time_p50", 8, 0.5)];

  it("is of the metric, within the time, in order", () => {
    const found = marksOf(versions, events, "run_time", [START, START + 10 * DAY], words);
    expect(found.map((mark) => [mark.kind, mark.short])).toEqual([
      ["version", "v2"],
      ["worse", "▲ +20 %"],
      ["version", "a-version-wit…"],
      ["better", "▼ −50 %"],
    ]);
    expect(found[0]?.long).toBe("v2 came up");
    expect(marksOf([], events, "cost", [START, START + 10 * DAY], words)).toHaveLength(1);
    expect(marksOf([], events, "retries", [START, START + 10 * DAY], words)).toEqual([]);
  });

  it("is labelled where there is room", () => {
    const mark = (day: number, kind: Mark["kind"] = "version"): Mark => ({
      at: day,
      kind,
      short: "",
      long: "",
    });
    const marks = [mark(0), mark(1), mark(2, "worse"), mark(12), mark(20)];
    expect(marks.map((_, place) => isLabelled(marks, place, 100))).toEqual([true, false, true, true, false]);
  });
});

describe("the axis of a trend", () => {
  it("is labelled at equal distances", () => {
    expect(dayTicks(START, START + 7 * DAY)).toHaveLength(7);
    expect(dayTicks(START, START + 31 * DAY)).toHaveLength(8);
    expect(dayTicks(START, START + 365 * DAY).length).toBeLessThanOrEqual(10);
  });

  it("is in the zone that is asked for", () => {
    const midnight = Date.parse("2026-11-20T23:00:00Z");
    expect([inZone(midnight, "UTC", true), inZone(midnight, "Europe/Berlin", true)]).toEqual([
      "23:00",
      "21 Nov",
    ]);
    expect(inZone(midnight, "UTC", false, true)).toMatch(/^Fri,? 20 Nov$/);
    expect([isZone("Europe/Berlin"), isZone("Mars/Olympus")]).toEqual([true, false]);
    expect(zones("Asia/Tokyo", "Europe/Berlin")).toEqual(["UTC", "Europe/Berlin", "Asia/Tokyo"]);
    expect(zones("Mars/Olympus", "UTC")).toEqual(["UTC"]);
  });
});
