import { describe, expect, it } from "vitest";

import type { Overview } from "@/api/answers";
import { wholePoints } from "@/logic/overview_points";

const DAY = 86_400;

function of(since: string, until: string, seconds: number, starts: readonly string[]): Overview {
  return { period_start: since, period_end: until, points: { seconds, starts } } as unknown as Overview;
}

const days = (...each: number[]) => each.map((day) => `2026-11-0${day}T00:00:00Z`);

describe("wholePoints", () => {
  it("leaves out the day in which the period begins, and the one that goes on", () => {
    expect(wholePoints(of("2026-11-01T12:00:00Z", "2026-11-05T12:30:00Z", DAY, days(1, 2, 3, 4, 5)))).toEqual(
      [1, 4],
    );
  });

  it("keeps a day that the period has whole", () => {
    expect(wholePoints(of("2026-11-01T00:00:00Z", "2026-11-05T00:00:00Z", DAY, days(1, 2, 3, 4)))).toEqual([
      0, 4,
    ]);
  });

  it("keeps all where hardly any is whole", () => {
    expect(wholePoints(of("2026-11-01T12:00:00Z", "2026-11-03T12:00:00Z", DAY, days(1, 2, 3)))).toEqual([
      0, 3,
    ]);
    expect(wholePoints(of("2026-11-01T12:00:00Z", "2026-11-01T13:00:00Z", DAY, days(1)))).toEqual([0, 1]);
  });
});
