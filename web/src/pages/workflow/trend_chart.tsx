/** The chart of a trend, with versions and changes above it at their instants. */
import { useElementSize } from "@mantine/hooks";
import { useMemo } from "react";

import type { Degradation, WorkflowVersions } from "@/api/answers";
import { Chart } from "@/charts/chart";
import { usePalette } from "@/charts/palette";
import { EDGES, reach, trendOption, type TrendDrawing } from "@/charts/trend";
import { inUnit } from "@/logic/format";
import { strings } from "@/strings";

import { Lanes } from "./lanes";
import type { Metric } from "./search";
import classes from "./trend.module.css";

const words = strings.workflow.trend;
const HEIGHT = 330;
/** What is above it takes room of it. */
const LANE = 24;

interface TrendChartProps {
  drawing: TrendDrawing;
  metric: Metric;
  events: readonly Degradation[];
  versions: WorkflowVersions["items"];
}

export default function TrendChart({ drawing, metric, events, versions }: TrendChartProps) {
  const palette = usePalette();
  const { ref, width } = useElementSize();
  const option = useMemo(() => trendOption(palette, drawing), [palette, drawing]);
  const spots = drawing.stretches[0]?.stretch.spots.filter((each) => each.figures) ?? [];
  const last = inUnit(spots.at(-1)?.figures?.value, drawing.unit);
  const [from, until] = reach(drawing);
  const isMarked = [
    ...versions.map((each) => each.first_run_at),
    ...events.map((each) => each.started_at),
  ].some((at) => Date.parse(at) > from);
  return (
    <div ref={ref} className={classes.chart}>
      <Lanes
        from={from}
        until={until}
        left={EDGES.left}
        width={Math.max(0, width - EDGES.left - EDGES.right)}
        events={events}
        versions={versions}
        metric={metric}
      />
      <Chart
        label={words.label(words.metrics[metric], last, spots.length)}
        option={option}
        height={HEIGHT + (isMarked ? 0 : 2 * LANE)}
      />
      <Legend drawing={drawing} />
    </div>
  );
}

/** What lines and colours mean; the chart’s own words are in its label. */
function Legend({ drawing }: { drawing: TrendDrawing }) {
  const marks =
    drawing.kind === "bands"
      ? (["p50", "p95", "p99"] as const).map((each) => ({ kind: each, word: words[each] }))
      : drawing.stretches.length > 1
        ? drawing.stretches.map(({ name }, place) => ({ kind: place === 0 ? "first" : "second", word: name }))
        : [];
  const all = drawing.ahead.length > 0 ? [...marks, { kind: "ahead", word: words.forecast }] : marks;
  if (all.length === 0) return null;
  return (
    <ul className={classes.legend} aria-hidden="true" data-tone={drawing.tone}>
      {all.map(({ kind, word }) => (
        <li key={kind} data-kind={kind}>
          {word}
        </li>
      ))}
    </ul>
  );
}
