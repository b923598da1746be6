import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import type { Distribution, TrendSeries } from "@/api/answers";
import { distributionOption } from "@/charts/distribution";
import { linesOption } from "@/charts/lines";
import type { Palette } from "@/charts/palette";
import { drawn } from "@/logic/trend_lines";

const read = (name: string): unknown =>
  JSON.parse(readFileSync(`../tests/snapshots/api/${name}.json`, "utf8"));
const palette = new Proxy({}, { get: (_, name) => `colour of ${String(name)}` }) as Palette;
const recorded = read("distribution") as Distribution;

interface Drawing {
  series: {
    name: string;
    data: [number, number][];
    markLine: { data: { xAxis: number; label: { show: boolean; align: string; formatter: string } }[] };
  }[];
  xAxis: { min: number; max: number };
  tooltip: { formatter: (told: unknown) => string };
}

const option = (a: Distribution, b: Distribution, isLinear: boolean) =>
  distributionOption(palette, {
    a,
    b,
    names: ["A", "<B>"],
    isLinear,
    words: { of: (share, count) => `${share} of ${count}` },
  }) as unknown as Drawing;

describe("two distributions", () => {
  it("lie within the axis, with marks at their percentiles", () => {
    const found = option(recorded, recorded, false);
    for (const { data } of found.series)
      for (const [x] of data) {
        expect(x).toBeGreaterThanOrEqual(found.xAxis.min);
        expect(x).toBeLessThanOrEqual(found.xAxis.max);
      }
    expect(found.series[0]?.markLine.data.map((mark) => mark.xAxis)).toEqual(
      [recorded.p50, recorded.p95].map((value) => Math.log10(value ?? 0)),
    );
  });

  it("leave out words that would lie over each other", () => {
    const close = { ...recorded, p50: 9.7, p95: 9.8 };
    const shown = option(close, recorded, false).series[0]?.markLine.data.map((mark) => mark.label.show);
    expect(shown).toEqual([false, true]);
  });

  it("have areas of their shares where the axis is plain", () => {
    const found = option(recorded, recorded, true);
    expect(found.xAxis.min).toBe(0);
    const [first, second] = [found.series[0]?.data[1], found.series[0]?.data[2]];
    expect((first?.[1] ?? 0) * ((second?.[0] ?? 0) - (first?.[0] ?? 0))).toBeCloseTo(0.75, 5);
  });

  it("say what is under the pointer, and escape names", () => {
    const words = option(recorded, recorded, false).tooltip.formatter([{ axisValue: 1 }]);
    expect(words).toContain("75 % of 3");
    expect(words).toContain("&#60;B&#62;");
    expect(option(recorded, recorded, false).tooltip.formatter([])).toBe("");
  });
});

describe("lines over time", () => {
  it("are drawn within the time, and told by name in the tooltip", () => {
    const series = read("trends_by_node") as TrendSeries;
    const now = Date.parse("2026-11-08T12:00:00Z");
    const found = linesOption(palette, {
      lines: series.items.map((line) => ({
        name: `<b>${line.title ?? ""}`,
        colour: "red",
        isDashed: false,
        points: line.points,
        ...drawn(line, "value", now),
      })),
      stat: "value",
      unit: series.unit,
      zone: series.tz,
      from: Date.parse(series.period_start),
      until: Date.parse(series.period_end),
      now,
      step: series.period_type,
      marks: [{ at: now - 3_600_000, kind: "version", short: "v1", long: "<v1> came up" }],
      words: { soFar: "so far" },
    }) as unknown as Drawing;
    expect(found.series).toHaveLength(2 * series.items.length + 1);
    const words = found.tooltip.formatter([{ axisValue: now - 3_600_000 }]);
    expect(words).toContain("&#60;b&#62;Flights");
    expect(words).toContain("so far");
    expect(words).toContain("&#60;v1&#62; came up");
  });
});
