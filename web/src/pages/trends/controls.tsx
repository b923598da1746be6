/** What a trend is of: the metric, how long a point is, what has a line, which statistic, whose days. */
import { Select, Switch, type ComboboxData } from "@mantine/core";

import type { TrendSeries } from "@/api/answers";
import {
  METRICS,
  SPLITS,
  STATISTICS,
  STRETCHES,
  canBeHourly,
  isKnownBy,
  statisticsOf,
  type Stretch,
} from "@/logic/trend_lines";
import { zones } from "@/logic/trend_zone";
import { strings } from "@/strings";
import { useDays } from "@/ui/period";

import { useAsk, useAsked } from "./address";
import { FORECASTS, type Asked } from "./search";
import classes from "./trends.module.css";

const words = strings.trends;

interface ControlsProps {
  metric: string;
  period: Stretch;
  tz: string;
  /** Names of metrics of users' own. */
  custom: readonly string[];
  series: TrendSeries | undefined;
}

export function Controls({ metric, period, tz, custom, series }: ControlsProps) {
  const { by, stat, forecast, marks } = useAsked();
  const ask = useAsk();
  const days = useDays();
  const known = series ? statisticsOf(series) : null;
  return (
    <div className={classes.controls}>
      <Choice
        label={words.controls.metric}
        wide
        data={metricChoices(by, custom, metric)}
        value={metric}
        onChange={(chosen) => {
          ask({ metric: chosen === "run_time" ? undefined : chosen, hide: undefined }, true);
        }}
      />
      <Choice
        label={words.controls.by}
        data={[
          { value: "", label: words.by.none },
          ...SPLITS.map((each) => ({ value: each, label: words.by[each] })),
        ]}
        value={by ?? ""}
        onChange={(chosen) => {
          ask({ by: SPLITS.find((each) => each === chosen), hide: undefined }, true);
        }}
      />
      <Choice
        label={words.controls.each}
        data={STRETCHES.map((each) =>
          each === "hourly" && !canBeHourly(days)
            ? { value: each, label: words.each.tooMany, disabled: true }
            : { value: each, label: words.each[each] },
        )}
        value={period}
        onChange={(chosen) => {
          ask({ each: STRETCHES.find((each) => each === chosen) }, true);
        }}
      />
      <Choice
        label={words.controls.stat}
        data={[
          { value: "value", label: words.headline(metric) },
          ...STATISTICS.filter((each) => !(each === "p50" && words.headline(metric) === words.stats.p50)).map(
            (each) => ({
              value: each,
              label: words.stats[each],
              disabled: known !== null && !known.has(each),
            }),
          ),
        ]}
        value={stat ?? "value"}
        onChange={(chosen) => {
          ask({ stat: STATISTICS.find((each) => each === chosen) }, true);
        }}
      />
      <Choice
        label={words.controls.tz}
        data={zones(tz).map((each) => ({ value: each, label: each }))}
        value={tz}
        onChange={(chosen) => {
          ask({ tz: chosen === "UTC" ? undefined : chosen }, true);
        }}
      />
      <Switch
        size="xs"
        label={words.controls.marks}
        checked={marks !== "off"}
        onChange={(event) => {
          ask({ marks: event.currentTarget.checked ? undefined : "off" });
        }}
      />
      <Switch
        size="xs"
        label={words.controls.forecast}
        checked={forecast !== undefined}
        onChange={(event) => {
          ask({ forecast: event.currentTarget.checked ? forecastOf(metric) : undefined }, true);
        }}
      />
    </div>
  );
}

interface ChoiceProps {
  label: string;
  data: ComboboxData;
  value: string;
  onChange: (chosen: string) => void;
  wide?: boolean;
}

function Choice({ label, data, value, onChange, wide = false }: ChoiceProps) {
  return (
    <Select
      size="xs"
      label={label}
      className={wide ? classes.wide : classes.choice}
      allowDeselect={false}
      searchable={wide}
      maxDropdownHeight={420}
      data={data}
      value={value}
      onChange={(chosen) => {
        if (typeof chosen === "string") onChange(chosen);
      }}
    />
  );
}

/** Ours and their own, of which the chosen lines know. */
function metricChoices(by: Asked["by"], custom: readonly string[], shown: string) {
  const ours = METRICS.filter((each) => isKnownBy(each, by, false)).map((each) => ({
    value: each,
    label: words.metrics[each],
  }));
  const isOurs = METRICS.some((each) => each === shown);
  const names = [...new Set([...custom, ...(isOurs ? [] : [shown])])].filter((each) =>
    isKnownBy(each, by, true),
  );
  if (names.length === 0) return ours;
  return [
    { group: words.ourMetrics, items: ours },
    { group: words.ownMetrics, items: names.map((each) => ({ value: each, label: each })) },
  ];
}

/** What is forecast first: the metric that is looked at, where that can be, else cost. */
function forecastOf(metric: string): NonNullable<Asked["forecast"]> {
  return FORECASTS.find((each) => each === metric) ?? (metric.startsWith("tokens") ? "tokens" : "cost");
}
