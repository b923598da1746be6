import { describe, expect, it } from "vitest";

import type { Palette } from "@/charts/palette";
import { reach, trendOption, type TrendDrawing } from "@/charts/trend";
import type { Spot } from "@/logic/trend_points";

const DAY = 86_400_000;
const NOVEMBER = Date.UTC(2026, 10, 1);
const palette = new Proxy({}, { get: (_, name) => `colour of ${String(name)}` }) as Palette;

function spot(day: number, p50: number | null): Spot {
  const [start, end] = [NOVEMBER + day * DAY, NOVEMBER + (day + 1) * DAY];
  const figures = {
    period_start: "",
    period_end: "",
    value: p50 ?? 0,
    count: 30,
    avg: 2,
    stddev: null,
    min: 1,
    max: 9,
    p50,
    p95: p50 === null ? null : p50 * 2,
    p99: p50 === null ? null : p50 * 3,
  };
  return { at: start + DAY / 2, start, end, figures: p50 === null ? null : figures };
}

const DRAWING: TrendDrawing = {
  kind: "bands",
  tone: "work",
  unit: "seconds",
  stretches: [
    {
      name: "Run <time>",
      stretch: {
        from: NOVEMBER,
        until: NOVEMBER + 4 * DAY,
        step: DAY,
        spots: [spot(0, 2), spot(1, null), spot(2, 3), spot(3, 4)],
      },
    },
  ],
  ahead: [],
  steps: [],
  versions: [],
  now: NOVEMBER + 3.5 * DAY,
  zone: "UTC",
  words: {
    runs: "Runs",
    soFar: "so far",
    expected: "Expected",
    range: (low, high) => `${low} to ${high}`,
    perRun: "A run",
  },
};

interface Drawn {
  name?: string;
  type: string;
  data: unknown[];
  markLine?: { data: unknown[] };
}
const seriesOf = (drawing: TrendDrawing) => (trendOption(palette, drawing) as { series: Drawn[] }).series;
const named = (drawing: TrendDrawing, name: string) => seriesOf(drawing).find((each) => each.name === name);
const values = (drawn: Drawn | undefined) =>
  drawn?.data.map((each) => (each as { value: [number, number | null] }).value[1]);
const tooltip = (drawing: TrendDrawing, at: number) =>
  (trendOption(palette, drawing) as { tooltip: { formatter: (told: unknown) => string } }).tooltip.formatter([
    { axisValue: at },
  ]);

describe("the chart of a trend", () => {
  it("draws percentiles as bands, with a hole where nothing is known", () => {
    expect(values(named(DRAWING, "p50"))).toEqual([2, null, 3, 4]);
    expect(values(named(DRAWING, "p95"))).toEqual([4, null, 6, 8]);
    expect(values(named(DRAWING, "band"))).toEqual([2, null, 3, 4]);
  });
  it("draws sums as bars, the one that goes on paler", () => {
    const [bars] = seriesOf({ ...DRAWING, kind: "bars" });
    expect(bars?.type).toBe("bar");
    expect(bars?.data.map((each) => "itemStyle" in (each as object))).toEqual([false, false, false, true]);
  });
  it("reaches as far as the forecast does", () => {
    const ahead = [{ start: NOVEMBER + 4 * DAY, end: NOVEMBER + 5 * DAY, value: 5, low: 4, high: 7 }];
    const drawing = { ...DRAWING, kind: "bars" as const, ahead };
    expect(reach(drawing)).toEqual([NOVEMBER, NOVEMBER + 5 * DAY]);
    expect(named(drawing, "ahead")?.data).toEqual([[NOVEMBER + 4.5 * DAY, 5]]);
    expect(tooltip(drawing, NOVEMBER + 4.5 * DAY)).toContain("4 s to 7 s");
  });
  it("marks changes, with their levels where it shows that figure", () => {
    const step = { at: NOVEMBER + 2 * DAY, until: NOVEMBER + 4 * DAY, before: 2, after: 3, isBetter: false };
    const lines = (
      each: typeof step | (Omit<typeof step, "before" | "after"> & { before: null; after: null }),
    ) => named({ ...DRAWING, steps: [each], versions: [NOVEMBER + DAY] }, "marks")?.markLine?.data.length;
    expect(lines(step)).toBe(4);
    expect(lines({ ...step, before: null, after: null })).toBe(2);
  });
  it("says what was under the pointer, and nothing in a gap", () => {
    expect(tooltip(DRAWING, NOVEMBER + 2.2 * DAY)).toMatch(/Tue,? 3 Nov.*p50.*3 s.*p95.*6 s.*Runs.*30/s);
    expect(tooltip(DRAWING, NOVEMBER + 3.2 * DAY)).toContain("so far");
    expect(tooltip(DRAWING, NOVEMBER + 1.5 * DAY)).toBe("");
  });
  it("takes no name for markup", () => {
    expect(tooltip({ ...DRAWING, kind: "line" }, NOVEMBER + 2.5 * DAY)).toContain("Run &#60;time&#62;");
  });
  it("never shows more than all of a share", () => {
    const axis = (unit: string, most: number) => {
      const stretches = [{ name: "", stretch: { from: 0, until: DAY, step: DAY, spots: [spot(0, most)] } }];
      return (trendOption(palette, { ...DRAWING, unit, stretches }) as { yAxis: { max?: number } }).yAxis.max;
    };
    expect([axis("ratio", 0), axis("ratio", 0.3), axis("ratio", 0.97), axis("percent", 90)]).toEqual([
      0.1,
      undefined,
      1,
      100,
    ]);
  });
});
