import { describe, expect, it } from "vitest";

import statistics from "../../../tests/snapshots/api/cache_statistics.json";
import { cacheSeries, midnight, type Hour } from "@/logic/cache_series";

const hour = (start: string, more: Partial<Hour> = {}): Hour => ({
  ...{ start, hits: 0, misses: 0, coalesced: 0, stale: 0, time_saved: 0, cost_saved: 0 },
  ...more,
});

describe("hours of a cache as equal steps", () => {
  it("fills the hours in which nothing happened", () => {
    const hours = [hour("2026-11-08T10:00:00Z", { hits: 3, misses: 1, time_saved: 4.5, cost_saved: 0.25 })];
    const { unit, steps } = cacheSeries(hours, "2026-11-08T09:00:00Z", "2026-11-08T12:30:00Z");
    expect(unit).toBe("hour");
    expect(steps.map((step) => new Date(step.at).toISOString().slice(11, 16))).toEqual([
      ...["09:00", "10:00", "11:00", "12:00"],
    ]);
    expect(steps[1]).toEqual({
      ...{ at: Date.parse("2026-11-08T10:00:00Z"), hits: 3, misses: 1, coalesced: 0, stale: 0 },
      ...{ seconds: 4.5, usd: 0.25, rate: 0.75 },
    });
    expect(steps[0]).toMatchObject({ hits: 0, seconds: 0, rate: null });
  });

  it("adds up the hours of a day in longer periods", () => {
    const noon = new Date(2026, 10, 3, 12).toISOString();
    const evening = new Date(2026, 10, 3, 23).toISOString();
    const next = new Date(2026, 10, 4, 0).toISOString();
    const hours = [
      hour(noon, { hits: 1, misses: 1, coalesced: 2, time_saved: 1 }),
      hour(evening, { hits: 2, stale: 1, time_saved: 2, cost_saved: 0.5 }),
      hour(next, { misses: 4 }),
    ];
    const { unit, steps } = cacheSeries(
      hours,
      new Date(2026, 10, 1, 5).toISOString(),
      new Date(2026, 10, 8, 5).toISOString(),
    );
    expect(unit).toBe("day");
    expect(steps).toHaveLength(8);
    expect(steps[2]).toEqual({
      ...{ at: new Date(2026, 10, 3).getTime(), hits: 3, misses: 1, coalesced: 2, stale: 1 },
      ...{ seconds: 3, usd: 0.5, rate: 0.75 },
    });
    expect(steps[3]).toMatchObject({ hits: 0, misses: 4, rate: 0 });
  });

  it("loses nothing and counts nothing twice, also where days have 23 or 25 hours", () => {
    const from = Date.parse("2026-03-01T00:00:00Z");
    const hours = Array.from({ length: 24 * 300 }, (_, n) =>
      hour(new Date(from + n * 3_600_000).toISOString(), { hits: 1, misses: n % 2 }),
    );
    const { steps } = cacheSeries(hours, "2026-03-01T00:00:00Z", "2026-12-26T00:00:00Z");
    const total = (name: "hits" | "misses") => steps.reduce((sum, step) => sum + step[name], 0);
    expect([total("hits"), total("misses")]).toEqual([7200, 3600]);
    expect(steps.every((step) => step.at === midnight(step.at))).toBe(true);
    expect(new Set(steps.map((step) => step.at)).size).toBe(steps.length);
  });

  it("reads what the server answers", () => {
    const { steps } = cacheSeries(statistics.by_hour, statistics.period_start, statistics.period_end);
    expect(steps.reduce((sum, step) => sum + step.hits, 0)).toBe(statistics.hits);
    expect(steps.reduce((sum, step) => sum + step.misses, 0)).toBe(statistics.misses);
  });
});
