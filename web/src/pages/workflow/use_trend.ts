/** Everything that the trend chart draws, asked for and put together. */
import { useQueries, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useMemo } from "react";

import type { Degradation, ForecastMetric, TrendSeries, WorkflowVersions } from "@/api/answers";
import type { Workflow } from "@/api/queries";
import { degradations, forecast, trend, versions } from "@/api/workflow";
import type { Ahead, Step, TrendDrawing } from "@/charts/trend";
import { seenIn } from "@/logic/level_change";
import { periodOf, stretchOf, zoneOf } from "@/logic/trend_points";
import { strings } from "@/strings";

import type { Metric } from "./search";

const words = strings.workflow.trend;
const MADE_OF: Partial<Record<Metric, readonly string[]>> = { tokens: ["tokens_input", "tokens_output"] };
const FORECAST: Partial<Record<Metric, ForecastMetric>> = {
  cost: "cost",
  tokens: "tokens",
  run_count: "run_count",
};
const KINDS: Partial<Record<Metric, TrendDrawing["kind"]>> = {
  run_time: "bands",
  error_rate: "line",
  cache_hit_rate: "line",
};
const TONES: Partial<Record<Metric, TrendDrawing["tone"]>> = {
  error_rate: "error",
  cost: "cost",
  cache_hit_rate: "cache",
};
const OWN_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** How far ahead: a third of the period. Up to seven days come by the hour, so days ask for at least eight. */
function aheadOf(days: number): { asked: number; shown: number } {
  if (days <= 2) return { asked: 1, shown: 8 * days };
  const shown = Math.min(30, Math.ceil(days / 3));
  return { asked: Math.max(8, shown), shown };
}

export interface Trend {
  series: UseQueryResult<TrendSeries>[];
  drawing: TrendDrawing | undefined;
  outlook: ReturnType<typeof useOutlook>["outlook"];
  events: readonly Degradation[];
  versions: WorkflowVersions["items"];
}

export function useTrend(of: Workflow, days: number, metric: Metric): Trend {
  const names = MADE_OF[metric] ?? [metric];
  const zone = zoneOf(days, OWN_ZONE);
  const series = useQueries({
    queries: names.map((name) => trend(of, { metric: name, period: periodOf(days), days, tz: zone })),
  });
  const { ahead, outlook } = useOutlook(of, days, metric);
  const changed = useQuery(degradations(of)).data;
  const ran = useQuery(versions(of, days)).data;
  const found = series.map((each) => each.data);
  const [first, second] = found;
  const now = series[0]?.dataUpdatedAt ?? 0;
  const drawing = useMemo<TrendDrawing | undefined>(() => {
    if (!first || (names.length > 1 && !second)) return undefined;
    const stretches = [first, ...(second ? [second] : [])].map((each, place) => ({
      name: names.length > 1 ? ([words.input, words.output][place] ?? "") : words.metrics[metric],
      stretch: stretchOf(each),
    }));
    return {
      kind: KINDS[metric] ?? "bars",
      tone: TONES[metric] ?? "work",
      unit: first.unit,
      stretches,
      ahead,
      steps: stepsOf(changed?.items ?? [], metric, Date.parse(first.period_start), now),
      versions: toldVersions(ran).map((each) => Date.parse(each.first_run_at)),
      now,
      zone,
      words: {
        runs: words.runs,
        soFar: words.soFar,
        expected: words.forecast,
        range: words.range,
        perRun: words.perRun,
      },
    };
  }, [first, second, names.length, metric, ahead, changed, ran, zone, now]);
  return { series, drawing, outlook, events: changed?.items ?? [], versions: toldVersions(ran) };
}

/** Runs that name no version are one only beside others. */
function toldVersions(ran: WorkflowVersions | undefined): WorkflowVersions["items"] {
  const items = ran?.items ?? [];
  return items.length > 1 ? items : items.filter((each) => each.version !== null);
}

function useOutlook(of: Workflow, days: number, metric: Metric) {
  const known = FORECAST[metric];
  const { asked, shown } = aheadOf(days);
  const { data } = useQuery({ ...forecast(of, known ?? "cost", asked), enabled: known !== undefined });
  const outlook = known === undefined ? undefined : data;
  const ahead = useMemo<Ahead[]>(
    () =>
      (outlook?.points ?? []).slice(0, shown).map((each) => ({
        start: Date.parse(each.period_start),
        end: Date.parse(each.period_end),
        value: each.value,
        low: each.low,
        high: each.high,
      })),
    [outlook, shown],
  );
  return { ahead, outlook };
}

/** Changes of the metric that is shown; of cost without levels, which are those of a run, not of a day. */
function stepsOf(events: readonly Degradation[], metric: Metric, from: number, now: number): Step[] {
  return events
    .filter((event) => seenIn(event) === metric && Date.parse(event.started_at) > from)
    .map((event) => ({
      at: Date.parse(event.started_at),
      until: event.closed_at === null ? now : Date.parse(event.closed_at),
      before: metric === "cost" ? null : event.before,
      after: metric === "cost" ? null : event.after,
      isBetter: event.is_improvement,
    }));
}
