import { describe, expect, it } from "vitest";

import { historyOption, type HistoryWords } from "@/charts/cache_history";
import type { Palette } from "@/charts/palette";

const palette = {
  cache: "teal",
  work: "slate",
  cost: "violet",
  text: "ink",
  dim: "dim",
} as unknown as Palette;
const words: HistoryWords = {
  ...{ hits: "Hits", misses: "Misses", rate: "Hit rate", saved: "Saved", place: (at: number) => `at ${at}` },
};
const steps = [
  { at: 1, hits: 3, misses: 1, coalesced: 0, stale: 0, seconds: 4, usd: 0.5, rate: 0.75 },
  { at: 2, hits: 0, misses: 0, coalesced: 0, stale: 0, seconds: 0, usd: 0, rate: null },
];
const option = (shown: "lookups" | "time" | "money") =>
  historyOption({ unit: "day", steps }, shown, palette, words) as unknown as {
    series: {
      name: string;
      data: unknown;
      itemStyle: { color: string };
      stack?: string;
      yAxisIndex?: number;
    }[];
    tooltip: { formatter: (marks: unknown) => string };
  };

describe("the chart of a cache", () => {
  it("stacks hits and misses, with the rate at an axis of its own; unknown rates are holes", () => {
    const [hits, misses, rate] = option("lookups").series;
    expect([hits?.stack, misses?.stack]).toEqual(["asked", "asked"]);
    expect(hits?.data).toEqual([[1, 3], [2, 0]]); // prettier-ignore
    expect(rate).toMatchObject({ yAxisIndex: 1, data: [[1, 0.75], [2, null]] }); // prettier-ignore
  });

  it("shows savings in the colour of what is saved", () => {
    expect(option("time").series).toMatchObject([{ data: [[1, 4], [2, 0]], itemStyle: { color: "teal" } }]); // prettier-ignore
    expect(option("money").series).toMatchObject([{ data: [[1, 0.5], [2, 0]], itemStyle: { color: "violet" } }]); // prettier-ignore
  });

  it("tells of a step in words", () => {
    const told = option("lookups").tooltip.formatter([
      { value: [1, 3], marker: "", seriesName: "Hits" },
      { value: [1, 0.75], marker: "", seriesName: "Hit rate" },
    ]);
    expect(told).toContain("at 1");
    expect(told).toContain("<b>3</b>");
    expect(told).toContain("<b>75 %</b>");
    expect(option("money").tooltip.formatter({ value: [2, 0.5], marker: "", seriesName: "Saved" })).toContain(
      "$0.5",
    );
  });
});
