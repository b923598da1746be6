/** The lines of a metric, and the table that says which is which. */
import { Button } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useMemo, type ReactNode } from "react";

import type { TrendSeries } from "@/api/answers";
import { degradations, versions } from "@/api/workflow";
import type { Workflow } from "@/api/queries";
import { Chart } from "@/charts/chart";
import { linesOption } from "@/charts/lines";
import { usePalette } from "@/charts/palette";
import { inUnit } from "@/logic/format";
import { day } from "@/logic/time";
import { latest, type Statistic, type Stretch } from "@/logic/trend_lines";
import { csvName, trendCsv } from "@/logic/trend_lines_csv";
import { marksOf } from "@/logic/trend_marks";
import { strings } from "@/strings";
import { Panel } from "@/ui/panel";
import { Empty, Shown } from "@/ui/states";

import { useAsked } from "./address";
import { download } from "./download";
import { Legend } from "./legend";
import { styled, MOST_DRAWN, type Styled } from "./line_styles";
import { useNow } from "./now";
import classes from "./trends.module.css";

const words = strings.trends;

interface TrendPanelProps {
  of: Workflow;
  query: UseQueryResult<TrendSeries>;
  metric: string;
  period: Stretch;
  days: number;
  controls: ReactNode;
}

export function TrendPanel({ of, query, metric, period, days, controls }: TrendPanelProps) {
  const { by, stat = "value" } = useAsked();
  const name = (words.metrics as Readonly<Record<string, string>>)[metric] ?? metric;
  const title = by === undefined ? name : `${name} ${words.byTitle[by]}`;
  const statWord = stat === "value" ? words.headline(metric) : words.statWords[stat];
  const series = query.data;
  return (
    <Panel
      title={title}
      hint={words.hint(statWord, period, series?.tz ?? "UTC")}
      actions={
        <Button
          size="xs"
          variant="default"
          leftSection={<IconDownload size={14} aria-hidden="true" />}
          disabled={!series || series.items.length === 0}
          onClick={() => {
            if (series) download(csvName(series), trendCsv(series), "text/csv;charset=utf-8");
          }}
        >
          {words.controls.csv}
        </Button>
      }
      flush
    >
      {controls}
      <Shown query={query} height={420}>
        {(data) => <Lines of={of} series={data} title={title} stat={stat} days={days} />}
      </Shown>
    </Panel>
  );
}

interface LinesProps {
  of: Workflow;
  series: TrendSeries;
  title: string;
  stat: Statistic;
  days: number;
}

function Lines({ of, series, title, stat, days }: LinesProps) {
  const { hide } = useAsked();
  const palette = usePalette();
  const lines = useMemo(() => styled(series, hide, palette), [series, hide, palette]);
  if (lines.length === 0)
    return (
      <Empty title={words.empty.title}>
        <p>{series.by === null ? words.empty.text : words.empty.split}</p>
      </Empty>
    );
  return (
    <>
      <div className={classes.chart}>
        <LinesChart of={of} series={series} lines={lines} title={title} stat={stat} days={days} />
      </div>
      <Notes series={series} lines={lines} hasHidden={hide !== undefined} />
      <Legend series={series} lines={lines} stat={stat} />
    </>
  );
}

function LinesChart({ of, series, lines, title, stat, days }: LinesProps & { lines: readonly Styled[] }) {
  const { marks } = useAsked();
  const palette = usePalette();
  const now = useNow();
  const ofVersions = useQuery(versions(of, days)).data;
  const events = useQuery(degradations(of)).data;
  const option = useMemo(() => {
    const reach = [Date.parse(series.period_start), Date.parse(series.period_end)] as const;
    return linesOption(palette, {
      lines: lines.filter((each) => each.isDrawn).map((each) => each.drawing(stat, now)),
      stat,
      unit: series.unit,
      zone: series.tz,
      from: reach[0],
      until: reach[1],
      now,
      step: series.period_type,
      marks:
        marks === "off"
          ? []
          : marksOf(ofVersions?.items ?? [], events?.items ?? [], series.metric_type, reach, {
              version: words.chart.version,
              change: words.chart.change,
              metric: words.changes.metric,
            }),
      words: { soFar: words.chart.soFar },
    });
  }, [palette, series, lines, stat, now, marks, ofVersions, events]);
  const first = lines[0];
  const last = first ? latest(first.line, stat, series.metric_type, now) : null;
  return (
    <Chart
      height={320}
      option={option}
      label={words.chart.label(title, lines.filter((each) => each.isDrawn).length, inUnit(last, series.unit))}
    />
  );
}

interface NotesProps {
  series: TrendSeries;
  lines: readonly Styled[];
  hasHidden: boolean;
}

function Notes({ series, lines, hasHidden }: NotesProps) {
  const notes = [
    ...(series.kept_since === null ? [] : [words.keptSince(day(series.kept_since))]),
    ...(!hasHidden && lines.length > MOST_DRAWN ? [words.fewDrawn(MOST_DRAWN, lines.length)] : []),
    ...(series.left_out > 0 ? [words.leftOut(series.left_out)] : []),
  ];
  return notes.length === 0 ? null : <p className={classes.notes}>{notes.join(" ")}</p>;
}
