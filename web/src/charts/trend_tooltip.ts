/** What is said of the period under the pointer. */
import { count, inUnit } from "@/logic/format";
import type { Spot } from "@/logic/trend_points";

import { escaped } from "./frame";
import type { Ahead, TrendDrawing } from "./trend";

export interface TooltipWords {
  runs: string;
  soFar: string;
  expected: string;
  range: (low: string, high: string) => string;
  perRun: string;
}

/** ECharts tells the place at the axis; what was there is looked up in the data. */
export function trendTooltip(drawing: TrendDrawing): (told: unknown) => string {
  return (told) => {
    const first: unknown = Array.isArray(told) ? told[0] : told;
    const at = (first as { axisValue?: unknown } | undefined)?.axisValue;
    return typeof at === "number" ? words(drawing, at) : "";
  };
}

function words(drawing: TrendDrawing, at: number): string {
  const spots = drawing.stretches.map(({ name, stretch }) => ({
    name,
    spot: stretch.spots.find((each) => each.start <= at && at < each.end && each.figures),
  }));
  const spot = spots[0]?.spot;
  if (spot)
    return block(span(spot, drawing), [...spots.flatMap((each) => rows(each.name, each.spot, drawing))]);
  const ahead = drawing.ahead.find((each) => each.start <= at && at < each.end);
  return ahead ? block(span(ahead, drawing), aheadRows(ahead, drawing)) : "";
}

function rows(name: string, spot: Spot | undefined, drawing: TrendDrawing): [string, string][] {
  const figures = spot?.figures;
  if (!figures) return [];
  const value = (each: number | null) => inUnit(each, drawing.unit);
  const runs: [string, string] = [drawing.words.runs, count(figures.count)];
  if (drawing.kind === "bands")
    return [["p50", value(figures.p50)], ["p95", value(figures.p95)], ["p99", value(figures.p99)], runs];
  const own: [string, string][] = [[name, value(figures.value)]];
  if (drawing.kind === "bars" && figures.avg !== null && drawing.unit === "dollars")
    own.push([drawing.words.perRun, value(figures.avg)]);
  return drawing.stretches.length === 1 && drawing.unit !== "count" ? [...own, runs] : own;
}

function aheadRows(ahead: Ahead, { unit, words: { expected, range } }: TrendDrawing): [string, string][] {
  const bounds = range(inUnit(ahead.low, unit), inUnit(ahead.high, unit));
  return ahead.value === null
    ? [[expected, bounds]]
    : [
        [expected, inUnit(ahead.value, unit)],
        ["", bounds],
      ];
}

/** `21 Nov`, `21 Nov 14:00`. */
function span(spot: { start: number; end: number }, { zone, now, words: { soFar } }: TrendDrawing): string {
  const isDay = spot.end - spot.start > 3 * 3_600_000;
  const told = new Intl.DateTimeFormat("en-GB", {
    weekday: "short",
    day: "numeric",
    month: "short",
    timeZone: zone,
    ...(isDay ? {} : { hour: "2-digit", minute: "2-digit" }),
  }).format(spot.start);
  return spot.start <= now && now < spot.end ? `${told}, ${soFar}` : told;
}

function block(title: string, lines: readonly (readonly [string, string])[]): string {
  const cells = lines.map(
    ([name, value]) =>
      `<tr><td style="padding-right:14px;opacity:.75">${escaped(name)}</td><td style="text-align:right;font-variant-numeric:tabular-nums">${escaped(value)}</td></tr>`,
  );
  return `<div style="font-weight:600;margin-bottom:2px">${escaped(title)}</div><table style="border-spacing:0">${cells.join("")}</table>`;
}
