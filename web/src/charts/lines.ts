/** Any number of lines over time, with what happened beside them: versions that came up, levels that changed. */
import type { TrendPoint } from "@/api/answers";
import { count, inUnit } from "@/logic/format";
import { dayTicks } from "@/logic/trend_ticks";
import { inZone } from "@/logic/trend_zone";
import { isLabelled, type Mark } from "@/logic/trend_marks";
import type { Drawn } from "@/logic/trend_lines";

import type { Option } from "./echarts";
import { escaped, frame } from "./frame";
import type { Palette } from "./palette";

export interface DrawnLine extends Drawn {
  name: string;
  colour: string;
  isDashed: boolean;
  points: readonly TrendPoint[];
}

export interface LinesDrawing {
  lines: readonly DrawnLine[];
  stat: "value" | "avg" | "p50" | "p95" | "p99";
  unit: string;
  zone: string;
  /** Milliseconds. */
  from: number;
  until: number;
  now: number;
  step: "hourly" | "daily" | "weekly" | "monthly";
  marks: readonly Mark[];
  words: { soFar: string };
}

const MOST_ROWS = 12;
const MANY = 4;
const DAY_MS = 86_400_000;

export function linesOption(palette: Palette, drawing: LinesDrawing): Option {
  const value = (each: number) => inUnit(each, drawing.unit);
  const base = frame(palette, { value, kind: "time" });
  const label = (base.xAxis as { axisLabel: object }).axisLabel;
  return {
    ...base,
    useUTC: drawing.zone === "UTC",
    grid: {
      left: 6,
      right: 16,
      top: drawing.marks.length > 0 ? 38 : 14,
      bottom: 4,
      outerBoundsMode: "same",
      outerBoundsContain: "axisLabel",
    },
    xAxis: {
      ...base.xAxis,
      min: drawing.from,
      max: drawing.until,
      minInterval: drawing.step === "hourly" ? 3_600_000 : DAY_MS,
      axisLabel: {
        ...label,
        ...(drawing.step === "hourly" ? {} : { customValues: dayTicks(drawing.from, drawing.until) }),
        alignMinLabel: "left",
        formatter: (at: number) => inZone(at, drawing.zone, drawing.step === "hourly"),
      },
    },
    tooltip: { ...base.tooltip, formatter: tooltip(drawing) },
    series: [...drawing.lines.flatMap((line) => pair(line, drawing)), markers(palette, drawing)],
  };
}

/** What is over, and, broken, what goes on. */
function pair(line: DrawnLine, drawing: LinesDrawing): object[] {
  const isLonely = line.known.filter(([, value]) => value !== null).length <= 1;
  const dots = isLonely || (drawing.lines.length <= MANY && line.known.length <= 14);
  const plain = {
    name: line.name,
    type: "line",
    connectNulls: false,
    symbol: "circle",
    emphasis: { disabled: true },
    itemStyle: { color: line.colour },
  };
  return [
    {
      ...plain,
      data: line.known.map((value, place) => ({ value, symbolSize: dots || isAlone(line, place) ? 5 : 0 })),
      lineStyle: { color: line.colour, width: 2, type: line.isDashed ? [6, 3] : "solid" },
      ...(drawing.lines.length === 1 ? { areaStyle: { color: line.colour, opacity: 0.09 } } : {}),
    },
    {
      ...plain,
      data: line.growing.map((value, place) => ({
        value,
        symbolSize: place === line.growing.length - 1 ? 6 : 0,
      })),
      itemStyle: { color: "transparent", borderColor: line.colour, borderWidth: 1.5 },
      lineStyle: { color: line.colour, width: 1.5, type: "dotted", opacity: 0.8 },
    },
  ];
}

function isAlone(line: DrawnLine, place: number): boolean {
  const isThere = (at: number) => (line.known[at]?.[1] ?? null) !== null;
  return isThere(place) && !isThere(place - 1) && !isThere(place + 1);
}

function markers(palette: Palette, drawing: LinesDrawing): object {
  const colours = { version: palette.dim, worse: palette.bad, better: palette.good };
  return {
    name: "",
    type: "line",
    data: [],
    markLine: {
      silent: true,
      symbol: "none",
      animation: false,
      data: drawing.marks.map((mark, place) => ({
        xAxis: Math.min(Math.max(mark.at, drawing.from), drawing.until),
        lineStyle: {
          color: colours[mark.kind],
          width: mark.kind === "version" ? 1 : 1.5,
          type: mark.kind === "version" ? [2, 3] : "solid",
        },
        label: {
          show: isLabelled(drawing.marks, place, drawing.until - drawing.from),
          formatter: mark.short,
          color: colours[mark.kind],
          fontSize: 11.5,
          position: "end",
          align: mark.at > drawing.from + 0.93 * (drawing.until - drawing.from) ? "right" : "left",
          distance: [0, mark.kind === "version" ? 4 : 18],
        },
      })),
    },
  };
}

function tooltip(drawing: LinesDrawing): (told: unknown) => string {
  return (told) => {
    const first: unknown = Array.isArray(told) ? told[0] : told;
    const at = (first as { axisValue?: unknown } | undefined)?.axisValue;
    return typeof at === "number" ? words(drawing, at) : "";
  };
}

function words(drawing: LinesDrawing, at: number): string {
  const found = drawing.lines.flatMap((line) => {
    const point = line.points.find(
      (each) => Date.parse(each.period_start) <= at && at < Date.parse(each.period_end),
    );
    return point ? [{ line, point }] : [];
  });
  const [start, end] = found[0]
    ? [Date.parse(found[0].point.period_start), Date.parse(found[0].point.period_end)]
    : [at, at];
  const rows = found
    .toSorted((one, other) => (other.point[drawing.stat] ?? 0) - (one.point[drawing.stat] ?? 0))
    .slice(0, MOST_ROWS)
    .map(({ line, point }) =>
      row(
        line,
        inUnit(point[drawing.stat], drawing.unit),
        drawing.unit === "count" ? "" : `n ${count(point.count)}`,
      ),
    );
  const beside = drawing.marks
    .filter((mark) => start <= mark.at && mark.at < end)
    .map((mark) => `<div style="opacity:.8">${escaped(mark.long)}</div>`);
  const title = inZone(start, drawing.zone, drawing.step === "hourly", true);
  return `<div style="font-weight:600;margin-bottom:2px">${escaped(title)}${end > drawing.now ? `, ${escaped(drawing.words.soFar)}` : ""}</div><table style="border-spacing:0">${rows.join("")}</table>${beside.join("")}`;
}

function row(line: DrawnLine, value: string, beside: string): string {
  const dot = `<span style="display:inline-block;width:8px;height:8px;border-radius:2px;margin-right:6px;background:${line.colour}"></span>`;
  const name = line.name.length > 40 ? `${line.name.slice(0, 39)}…` : line.name;
  return `<tr><td style="padding-right:14px">${dot}${escaped(name)}</td><td style="text-align:right;font-variant-numeric:tabular-nums">${escaped(value)}</td><td style="text-align:right;padding-left:10px;opacity:.65">${escaped(beside)}</td></tr>`;
}
