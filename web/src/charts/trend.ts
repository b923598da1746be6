/**
 * How a metric went: percentiles as bands, rates as lines, sums as bars; levels that changed, versions, and the forecast.
 *
 * Edges are told in pixels (`EDGES`), so that what stands above the chart can stand at the same instants.
 */
import { inUnit } from "@/logic/format";
import { goesOn, isAlone, type Spot, type Stretch } from "@/logic/trend_points";

import type { Option } from "./echarts";
import { frame } from "./frame";
import type { Palette } from "./palette";
import { aheadSeries, marks } from "./trend_marks";
import { trendTooltip, type TooltipWords } from "./trend_tooltip";

export const EDGES = { left: 58, right: 14, top: 10, bottom: 24 } as const;

export interface Ahead {
  start: number;
  end: number;
  value: number | null;
  low: number;
  high: number;
}

/** A level before and after an instant, where the chart shows that metric. */
export interface Step {
  at: number;
  until: number;
  /** Null where the chart does not show this figure itself. */
  before: number | null;
  after: number | null;
  isBetter: boolean;
}

export interface TrendDrawing {
  kind: "bands" | "line" | "bars";
  tone: "work" | "error" | "cost" | "cache";
  unit: string;
  /** One, or two on top of each other (input and output). */
  stretches: readonly { name: string; stretch: Stretch }[];
  ahead: readonly Ahead[];
  steps: readonly Step[];
  /** Instants at which versions came up. */
  versions: readonly number[];
  now: number;
  zone: string;
  words: TooltipWords;
}

type Value = number | null;

/** From when until when the chart reaches, milliseconds. */
export function reach(drawing: Pick<TrendDrawing, "stretches" | "ahead">): [number, number] {
  const stretch = drawing.stretches[0]?.stretch;
  if (!stretch) return [0, 1];
  return [stretch.from, Math.max(stretch.until, drawing.ahead.at(-1)?.end ?? 0)];
}

export function trendOption(palette: Palette, drawing: TrendDrawing): Option {
  const base = frame(palette, { value: (value) => inUnit(value, drawing.unit), kind: "time" });
  const [from, until] = reach(drawing);
  const step = drawing.stretches[0]?.stretch.step ?? 1;
  return {
    ...base,
    grid: { ...EDGES },
    xAxis: {
      ...base.xAxis,
      min: from,
      max: until,
      containShape: false, // bars have their room already: they stand in the middle of their periods
      minInterval: step < 86_400_000 ? 3_600_000 : 86_400_000,
      axisLabel: {
        ...(base.xAxis as { axisLabel: object }).axisLabel,
        formatter: (at: number) => placeWords(at, step, drawing.zone),
        alignMinLabel: "left",
      },
    },
    yAxis: { ...base.yAxis, ...shareBounds(drawing) },
    tooltip: { ...base.tooltip, formatter: trendTooltip(drawing) },
    series: [...series(palette, drawing), ...aheadSeries(palette, drawing), marks(palette, drawing)],
  };
}

/** A share is never more than all; where it was always zero, the axis says so of something small. */
function shareBounds({ unit, stretches }: TrendDrawing): object {
  const all = unit === "ratio" ? 1 : unit === "percent" ? 100 : null;
  if (all === null) return {};
  const values = stretches.flatMap(({ stretch }) => stretch.spots.map((spot) => spot.figures?.value ?? 0));
  const most = Math.max(0, ...values);
  return most === 0 ? { max: all / 10 } : most > 0.8 * all ? { max: all } : {};
}

/** `14:00`, and `21 Nov` where a day begins or periods are days. */
function placeWords(at: number, step: number, zone: string): string {
  const told = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone }).format(at);
  const clock = told({ hour: "2-digit", minute: "2-digit" });
  return step >= 86_400_000 || clock === "00:00" ? told({ day: "numeric", month: "short" }) : clock;
}

function series(palette: Palette, drawing: TrendDrawing): object[] {
  const spots = drawing.stretches[0]?.stretch.spots ?? [];
  const colour = palette[drawing.tone];
  if (drawing.kind === "bands") return bands(palette, spots);
  if (drawing.kind === "line")
    return [
      line(
        "value",
        spots,
        (spot) => spot.figures?.value ?? null,
        { color: colour, width: 2 },
        {
          areaStyle: { color: colour, opacity: 0.1 },
        },
      ),
    ];
  return drawing.stretches.map(({ name, stretch }, place) => ({
    name,
    type: "bar",
    stack: "sum",
    barMaxWidth: 28,
    barMinHeight: 1,
    itemStyle: { color: colour, opacity: place === 0 ? 0.9 : 0.5 },
    data: stretch.spots.map((spot) => bar(spot, drawing.now)),
  }));
}

/** What is counted in a period that goes on is drawn paler: it is not all of it yet. */
function bar(spot: Spot, now: number): object {
  const value = [spot.at, spot.figures?.value ?? null];
  return goesOn(spot, now) ? { value, itemStyle: { opacity: 0.4 } } : { value };
}

function bands(palette: Palette, spots: readonly Spot[]): object[] {
  const p50 = (spot: Spot): Value => spot.figures?.p50 ?? null;
  const p95 = (spot: Spot): Value => spot.figures?.p95 ?? null;
  const band = (spot: Spot): Value => {
    const [low, high] = [p50(spot), p95(spot)];
    return low === null || high === null ? null : high - low;
  };
  const quiet = { color: palette.work, width: 1, opacity: 0.75 };
  return [
    line("base", spots, p50, { width: 0, opacity: 0 }, { stack: "band", silent: true, symbol: "none" }),
    line(
      "band",
      spots,
      band,
      { width: 0, opacity: 0 },
      {
        stack: "band",
        silent: true,
        symbol: "none",
        areaStyle: { color: palette.work, opacity: 0.2 },
      },
    ),
    line("p99", spots, (spot) => spot.figures?.p99 ?? null, { ...quiet, type: "dotted" }),
    line("p95", spots, p95, quiet),
    line("p50", spots, p50, { color: palette.text, width: 2 }),
  ];
}

function line(
  name: string,
  spots: readonly Spot[],
  of: (spot: Spot) => Value,
  lineStyle: object,
  more: object = {},
): object {
  const colour = (lineStyle as { color?: string }).color;
  return {
    name,
    type: "line",
    connectNulls: false,
    symbol: "circle",
    lineStyle,
    ...(colour === undefined ? {} : { itemStyle: { color: colour } }),
    emphasis: { disabled: true },
    data: spots.map((spot, place) => ({
      value: [spot.at, of(spot)],
      symbolSize: isAlone(spots, place) ? 5 : 0,
    })),
    ...more,
  };
}
