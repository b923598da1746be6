/** A forecast drawn: what was, what is expected, and the band around it. */
import { describe, expect, it } from "vitest";

import type { Forecast } from "@/api/answers";
import { forecastOption } from "@/charts/lines_forecast";
import type { Palette } from "@/charts/palette";

const palette = new Proxy({}, { get: (_, name) => `colour of ${String(name)}` }) as Palette;
const words = {
  past: "Was",
  expected: "Expected",
  range: (low: string, high: string) => `${low} to ${high}`,
};
const start = (day: number) => new Date(Date.UTC(2026, 10, day)).toISOString();

function forecast(past: (number | null)[], points: { value: number | null; low: number; high: number }[]) {
  return {
    period_type: "daily",
    unit: "usd",
    past: past.map((value, day) => ({ period_start: start(day + 1), value })),
    points: points.map((point, day) => ({ period_start: start(past.length + day + 1), ...point })),
  } as unknown as Forecast;
}

interface Drawn {
  type: string;
  data: (number | null)[];
  stack?: string;
  markLine?: { data: { xAxis: string }[] };
}
interface Option {
  xAxis: { data: string[] };
  series: Drawn[];
  tooltip: { formatter: (told: unknown) => string };
}
const option = (of: Forecast) => forecastOption(palette, of, "teal", words) as unknown as Option;

describe("a forecast", () => {
  const found = forecast(
    [1, null, 3],
    [
      { value: 4, low: 2, high: 7 },
      { value: null, low: 1, high: 9 },
    ],
  );

  it("goes on where what was ends, with a line between", () => {
    const [bars, expected, , , border] = option(found).series;
    expect(bars?.data).toEqual([1, null, 3]);
    expect(expected?.data).toEqual([null, null, null, 4, null]);
    expect(border?.markLine?.data).toEqual([{ xAxis: start(4) }]);
    expect(option(found).xAxis.data).toEqual([1, 2, 3, 4, 5].map(start));
  });
  it("is in a band from its lower to its upper bound", () => {
    const [low, high] = option(found).series.filter((each) => each.stack === "band");
    expect(low?.data).toEqual([null, null, null, 2, 1]);
    expect(high?.data).toEqual([null, null, null, 5, 8]);
  });
  it("says what was, and what is expected as far as it is known", () => {
    const at = (day: number) => option(found).tooltip.formatter([{ axisValue: start(day) }]);
    expect(at(3)).toMatch(/3 Nov.*<br>Was \$3/);
    expect(at(4)).toMatch(/4 Nov.*<br>Expected \$4.*<br>\$2.* to \$7/);
    expect(at(5)).not.toContain("Expected");
    expect(option(found).tooltip.formatter(undefined)).toBe("");
  });
  it("of nothing ahead has no border; of a long past shows two weeks", () => {
    const long = option(
      forecast(
        Array.from({ length: 40 }, (_, day) => day),
        [],
      ),
    );
    expect(long.series).toHaveLength(4);
    expect(long.series[0]?.data).toEqual([26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39]);
  });
});
