/** What all charts share: room around, quiet axes, a tooltip that looks like the rest. */
import type { Option } from "./echarts";
import type { Palette } from "./palette";

const FONT = '"Geist Variable", system-ui, sans-serif';

export interface Axes {
  /** How a value at the left axis is written. */
  value: (value: number) => string;
  /** How a category or a time at the lower axis is written; absent: as ECharts does. */
  place?: (value: number) => string;
  kind?: "time" | "category" | "value";
}

/** An option without series: spread it, and add yours. */
export function frame(
  palette: Palette,
  { value, place, kind = "time" }: Axes,
): Option & { tooltip: object; xAxis: object; yAxis: object; grid: object } {
  const label = { color: palette.dim, fontFamily: FONT, fontSize: 11.5 };
  return {
    animation: false,
    textStyle: { fontFamily: FONT, color: palette.text },
    grid: {
      left: 4,
      right: 12,
      top: 16,
      bottom: 4,
      outerBoundsMode: "same",
      outerBoundsContain: "axisLabel",
    },
    tooltip: {
      trigger: "axis",
      confine: true,
      backgroundColor: palette.panel,
      borderColor: palette["line-strong"],
      textStyle: { color: palette.text, fontFamily: FONT, fontSize: 12.5 },
      axisPointer: { lineStyle: { color: palette["line-strong"] } },
    },
    xAxis: {
      type: kind,
      axisLine: { lineStyle: { color: palette["line-strong"] } },
      axisTick: { show: false },
      splitLine: { show: false },
      axisLabel: { ...label, hideOverlap: true, ...(place ? { formatter: place } : {}) },
    },
    yAxis: {
      type: "value",
      min: 0,
      splitNumber: 4,
      splitLine: { lineStyle: { color: palette.line } },
      axisLabel: { ...label, formatter: value },
    },
  };
}

/** Text from outside in a tooltip, which ECharts takes for HTML. */
export function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (each) => `&#${each.charCodeAt(0)};`);
}
