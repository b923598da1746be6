/** What was as bars, what is expected as a broken line, and the band that holds it in 95 of 100 cases. */
import type { Forecast } from "@/api/answers";
import { inUnit } from "@/logic/format";
import { inZone } from "@/logic/trend_zone";

import type { Option } from "./echarts";
import { escaped, frame } from "./frame";
import type { Palette } from "./palette";

export interface ForecastWords {
  past: string;
  expected: string;
  range: (low: string, high: string) => string;
}

export function forecastOption(
  palette: Palette,
  found: Forecast,
  colour: string,
  words: ForecastWords,
): Option {
  const isHourly = found.period_type === "hourly";
  const shown = found.past.slice(isHourly ? -72 : -Math.max(14, found.points.length));
  const past = shown.length;
  const base = frame(palette, { value: (value) => inUnit(value, found.unit), kind: "category" });
  const label = (base.xAxis as { axisLabel: object }).axisLabel;
  const places = [...shown, ...found.points].map((each) => each.period_start);
  const now = places[past];
  return {
    ...base,
    grid: {
      left: 6,
      right: 16,
      top: 16,
      bottom: 4,
      outerBoundsMode: "same",
      outerBoundsContain: "axisLabel",
    },
    xAxis: {
      ...base.xAxis,
      data: places,
      axisLabel: { ...label, formatter: (at: string) => inZone(Date.parse(at), "UTC", isHourly) },
    },
    tooltip: { ...base.tooltip, formatter: tooltip(found, words, isHourly) },
    series: [
      bars(
        shown.map((each) => each.value),
        { color: colour, opacity: 0.8 },
      ),
      {
        type: "line",
        symbol: "none",
        silent: true,
        emphasis: { disabled: true },
        lineStyle: { color: colour, width: 2, type: "dashed" },
        data: [...shown.map(() => null), ...found.points.map((each) => each.value)],
      },
      band(found, past, false, colour),
      band(found, past, true, colour),
      ...(now === undefined ? [] : [border(palette, now)]),
    ],
  };
}

function bars(data: readonly (number | null)[], itemStyle: object): object {
  return { type: "bar", data, itemStyle, barMaxWidth: 22, emphasis: { disabled: true } };
}

/** The lower bound, unseen, and on it what lies between the bounds. */
function band(found: Forecast, past: number, isUpper: boolean, colour: string): object {
  const none = Array.from({ length: past }, () => null);
  return {
    type: "line",
    step: "middle",
    stack: "band",
    symbol: "none",
    silent: true,
    lineStyle: { opacity: 0 },
    ...(isUpper ? { areaStyle: { color: colour, opacity: 0.16 } } : {}),
    data: [...none, ...found.points.map((each) => (isUpper ? each.high - each.low : each.low))],
  };
}

function border(palette: Palette, now: string): object {
  return {
    type: "line",
    data: [],
    markLine: {
      silent: true,
      symbol: "none",
      label: { show: false },
      lineStyle: { color: palette["line-strong"], type: "solid" },
      data: [{ xAxis: now }],
    },
  };
}

function tooltip(found: Forecast, words: ForecastWords, isHourly: boolean): (told: unknown) => string {
  return (told) => {
    const first: unknown = Array.isArray(told) ? told[0] : told;
    const at = (first as { axisValue?: unknown } | undefined)?.axisValue;
    if (typeof at !== "string") return "";
    const point = found.points.find((each) => each.period_start === at);
    const past = found.past.find((each) => each.period_start === at);
    const lines = point
      ? [
          ...(point.value === null ? [] : [`${words.expected} ${inUnit(point.value, found.unit)}`]),
          words.range(inUnit(point.low, found.unit), inUnit(point.high, found.unit)),
        ]
      : [`${words.past} ${inUnit(past?.value, found.unit)}`];
    const title = inZone(Date.parse(at), "UTC", isHourly, true);
    return [`<b>${escaped(title)}</b>`, ...lines.map(escaped)].join("<br>");
  };
}
