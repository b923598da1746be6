/** What is drawn into a trend beside its points: what is expected, which versions came up, which levels changed. */
import type { Palette } from "./palette";
import type { Ahead, TrendDrawing } from "./trend";

/** The forecast goes on from the end: dashed, with the band that holds it in 95 % of cases. */
export function aheadSeries(palette: Palette, drawing: TrendDrawing): object[] {
  if (drawing.ahead.length === 0) return [];
  const colour = palette[drawing.tone];
  const at = (each: Ahead) => (each.start + each.end) / 2;
  const plain = { type: "line", symbol: "none", silent: true, emphasis: { disabled: true } };
  return [
    {
      ...plain,
      stack: "ahead",
      lineStyle: { opacity: 0 },
      data: drawing.ahead.map((each) => [at(each), each.low]),
    },
    {
      ...plain,
      stack: "ahead",
      lineStyle: { opacity: 0 },
      areaStyle: { color: colour, opacity: 0.14 },
      data: drawing.ahead.map((each) => [at(each), each.high - each.low]),
    },
    {
      ...plain,
      name: "ahead",
      lineStyle: { color: colour, type: "dashed", width: 2 },
      data: drawing.ahead.map((each) => [at(each), each.value]),
    },
  ];
}

/** Lines of versions, and of changes: levels before and after as far as the chart's own metric is meant. */
export function marks(palette: Palette, drawing: TrendDrawing): object {
  const upright = (at: number, colour: string, type: string, width: number) => ({
    xAxis: at,
    lineStyle: { color: colour, type, width },
  });
  const from = drawing.stretches[0]?.stretch.spots[0]?.start ?? 0;
  const levels = drawing.steps.flatMap((step) => {
    if (step.before === null || step.after === null) return [];
    const lineStyle = { color: step.isBetter ? palette.good : palette.bad, type: "dashed", width: 1.5 };
    return [
      [
        { coord: [from, step.before], lineStyle: { ...lineStyle, color: palette.dim } },
        { coord: [step.at, step.before] },
      ],
      [{ coord: [step.at, step.after], lineStyle }, { coord: [step.until, step.after] }],
    ];
  });
  return {
    name: "marks",
    type: "line",
    data: [],
    markLine: {
      silent: true,
      symbol: "none",
      animation: false,
      label: { show: false },
      data: [
        ...drawing.versions.map((at) => upright(at, palette.dim, "dotted", 1)),
        ...drawing.steps.map((step) =>
          upright(step.at, step.isBetter ? palette.good : palette.bad, "solid", 1.5),
        ),
        ...levels,
      ],
    },
  };
}
