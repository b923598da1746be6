/** Two distributions laid over each other: two translucent step histograms, with the medians and p95 of both. */
import type { Distribution } from "@/api/answers";
import { duration, percent } from "@/logic/format";
import { overlay, reach, roundValues, steps, type SharedBin } from "@/logic/distribution";

import type { Option } from "./echarts";
import { escaped, frame } from "./frame";
import type { Palette } from "./palette";

export interface DistributionDrawing {
  a: Distribution;
  b: Distribution;
  /** What the sides are called. */
  names: readonly [string, string];
  isLinear: boolean;
  words: { of: (share: string, count: number) => string };
}

/** A is quiet and dashed, B is what is judged. */
const sideColours = (palette: Palette): [string, string] => [palette.dim, palette["series-1"]];

export function distributionOption(palette: Palette, drawing: DistributionDrawing): Option {
  const { a, b, isLinear } = drawing;
  const { bins } = overlay(a, b);
  const end = reach(a, b);
  const shown = isLinear ? bins.filter((bin) => bin.low < end) : bins;
  const x = isLinear ? (seconds: number) => Math.min(seconds, end) : (seconds: number) => Math.log10(seconds);
  const y = isLinear
    ? (share: number, bin: SharedBin) => share / (bin.high - bin.low)
    : (share: number) => share;
  const base = frame(palette, { value: percent, kind: "value" });
  const [low, high] = [shown[0]?.low ?? 0.1, shown.at(-1)?.high ?? 1];
  const ends = isLinear ? ([0, end] as const) : ([Math.log10(low), Math.log10(high)] as const);
  const ticks = isLinear ? undefined : roundValues(low, high).map((value) => Math.log10(value));
  const label = (base.xAxis as { axisLabel: object }).axisLabel;
  return {
    ...base,
    grid: {
      left: 6,
      right: 16,
      top: 42,
      bottom: 4,
      outerBoundsMode: "same",
      outerBoundsContain: "axisLabel",
    },
    xAxis: {
      ...base.xAxis,
      min: ends[0],
      max: ends[1],
      axisLabel: {
        ...label,
        ...(ticks ? { customValues: ticks } : {}),
        formatter: (at: number) => duration(Number((isLinear ? at : 10 ** at).toPrecision(3))),
      },
    },
    yAxis: {
      ...base.yAxis,
      axisLine: { show: false, onZero: false }, // at the ends of the axis there is no 0: 1 s is
      axisTick: { show: false },
      ...(isLinear ? { axisLabel: { show: false } } : {}),
    },
    tooltip: { ...base.tooltip, formatter: tooltip(drawing, shown, palette) },
    series: ([0, 1] as const).map((side) => ({
      ...series(palette, drawing, side, x, ends),
      data: steps(shown, side, x, y),
    })),
  };
}

function series(
  palette: Palette,
  drawing: DistributionDrawing,
  side: 0 | 1,
  x: (seconds: number) => number,
  ends: readonly [number, number],
): object {
  const colour = sideColours(palette)[side];
  const of = side === 0 ? drawing.a : drawing.b;
  return {
    name: drawing.names[side],
    type: "line",
    step: "end",
    symbol: "none",
    z: 2 + side,
    lineStyle: { color: colour, width: 1.5, type: side === 0 ? [4, 3] : "solid" },
    itemStyle: { color: colour },
    areaStyle: { color: colour, opacity: side === 0 ? 0.22 : 0.26 },
    emphasis: { disabled: true },
    markLine: {
      silent: true,
      symbol: "none",
      animation: false,
      data: marks(of, side, colour, x, ends),
    },
  };
}

const EDGE = 0.14;
const CLOSE = 0.24;

/**
 * A's words in the upper row, B's below: neither covers the other. Of one side the median's end at its line, the
 * p95's begin there; turned round near an edge, and left out where both would be on the same side.
 */
function marks(
  of: Distribution,
  side: 0 | 1,
  color: string,
  x: (seconds: number) => number,
  [from, until]: readonly [number, number],
): object[] {
  const known = (["p50", "p95"] as const).flatMap((name) => {
    const value = of[name];
    if (value === null || value <= 0) return [];
    const share = (x(value) - from) / (until - from);
    const align = name === "p50" ? (share < EDGE ? "left" : "right") : share > 1 - EDGE ? "right" : "left";
    return [{ name, value, share, align }];
  });
  const [one, other] = known;
  const isCrowded = one?.align === other?.align && one && other && other.share - one.share < CLOSE;
  return known.map(({ name, value, align }) => ({
    xAxis: x(value),
    lineStyle: { color, width: 1, type: name === "p50" ? "solid" : [2, 3] },
    label: {
      show: !(isCrowded && name === "p50"),
      formatter: `${"AB"[side] ?? ""} ${name} ${duration(value)}`,
      color,
      fontSize: 11.5,
      position: "end",
      align,
      distance: [0, side === 0 ? 20 : 5],
    },
  }));
}

function tooltip(drawing: DistributionDrawing, bins: readonly SharedBin[], palette: Palette) {
  return (told: unknown): string => {
    const first: unknown = Array.isArray(told) ? told[0] : told;
    const at = (first as { axisValue?: unknown } | undefined)?.axisValue;
    if (typeof at !== "number") return "";
    const seconds = (drawing.isLinear ? at : 10 ** at) * (1 + 1e-9);
    const bin = bins.find((each) => each.low <= seconds && seconds < each.high) ?? bins.at(-1);
    if (!bin) return "";
    const rows = ([0, 1] as const).map((side) => {
      const dot = `<span style="display:inline-block;width:8px;height:8px;border-radius:2px;margin-right:6px;background:${sideColours(palette)[side]}"></span>`;
      const value = drawing.words.of(percent(bin.shares[side]), bin.counts[side]);
      return `<tr><td style="padding-right:14px">${dot}${escaped(drawing.names[side])}</td><td style="text-align:right;font-variant-numeric:tabular-nums">${escaped(value)}</td></tr>`;
    });
    return `<div style="font-weight:600;margin-bottom:2px">${duration(bin.low)} – ${duration(bin.high)}</div><table style="border-spacing:0">${rows.join("")}</table>`;
  };
}
