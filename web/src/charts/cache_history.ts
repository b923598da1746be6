/** How often the cache was asked and could answer, as bars with the rate above; or what that saved. */
import type { Series, Step } from "@/logic/cache_series";
import { count, duration, money, percent } from "@/logic/format";

import type { Option } from "./echarts";
import { frame } from "./frame";
import type { Palette } from "./palette";

export interface HistoryWords {
  hits: string;
  misses: string;
  rate: string;
  saved: string;
  place: (at: number) => string;
}

export type Shown = "lookups" | "time" | "money";

const MOST_WIDE = 34;

export function historyOption(
  { steps }: Series,
  shown: Shown,
  palette: Palette,
  words: HistoryWords,
): Option {
  return shown === "lookups" ? lookups(steps, palette, words) : savings(steps, shown, palette, words);
}

interface Mark {
  value: [number, number | null];
  marker: string;
  seriesName: string;
}

function tooltip(words: HistoryWords, write: (mark: Mark) => string) {
  return (marks: Mark | Mark[]) => {
    const all = Array.isArray(marks) ? marks : [marks];
    const first = all[0];
    if (!first) return "";
    const lines = all.map(
      (mark) =>
        `<tr><td>${mark.marker}${mark.seriesName}</td><td style="text-align:right;padding-left:16px"><b>${write(mark)}</b></td></tr>`,
    );
    return `${words.place(first.value[0])}<table style="border-spacing:0">${lines.join("")}</table>`;
  };
}

function bars(
  name: string,
  steps: readonly Step[],
  value: (step: Step) => number,
  colour: string,
  opacity = 1,
) {
  return {
    name,
    type: "bar",
    data: steps.map((step) => [step.at, value(step)]),
    itemStyle: { color: colour, opacity },
    barMaxWidth: MOST_WIDE,
    barCategoryGap: "25%",
  };
}

function lookups(steps: readonly Step[], palette: Palette, words: HistoryWords): Option {
  const base = frame(palette, { value: count });
  const write = (mark: Mark) => (mark.seriesName === words.rate ? percent : count)(mark.value[1]);
  const side = { ...base.yAxis, max: 1, splitLine: { show: false } };
  return {
    ...base,
    tooltip: { ...base.tooltip, formatter: tooltip(words, write) },
    yAxis: [
      { ...base.yAxis, minInterval: 1 },
      {
        ...side,
        interval: 0.25,
        axisLabel: { color: palette.dim, fontSize: 11.5, formatter: (value: number) => percent(value) },
      },
    ],
    series: [
      { ...bars(words.hits, steps, (step) => step.hits, palette.cache), stack: "asked" },
      { ...bars(words.misses, steps, (step) => step.misses, palette.work, 0.6), stack: "asked" },
      {
        name: words.rate,
        type: "line",
        yAxisIndex: 1,
        data: steps.map((step) => [step.at, step.rate]),
        symbol: "circle",
        symbolSize: 5,
        showSymbol: steps.length <= 45,
        itemStyle: { color: palette.text },
        lineStyle: { color: palette.text, width: 1.5 },
      },
    ],
  };
}

function savings(
  steps: readonly Step[],
  shown: "time" | "money",
  palette: Palette,
  words: HistoryWords,
): Option {
  const isTime = shown === "time";
  const write = isTime ? duration : money;
  const base = frame(palette, { value: write });
  const colour = isTime ? palette.cache : palette.cost;
  const value = (step: Step) => (isTime ? step.seconds : step.usd);
  return {
    ...base,
    tooltip: { ...base.tooltip, formatter: tooltip(words, (mark) => write(mark.value[1])) },
    series: [bars(words.saved, steps, value, colour)],
  };
}
