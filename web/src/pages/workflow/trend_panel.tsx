/** How a metric went, with what changed it: a chart, or the same as a table. */
import { Button, SegmentedControl, Select } from "@mantine/core";
import { useSearch } from "@tanstack/react-router";
import { Suspense, lazy } from "react";

import type { Forecast } from "@/api/answers";
import type { Workflow } from "@/api/queries";
import { inUnit } from "@/logic/format";
import { day } from "@/logic/time";
import { strings } from "@/strings";
import { Panel } from "@/ui/panel";
import { Empty, Failed, Loading } from "@/ui/states";

import { METRICS, search, type Metric } from "./search";
import { TrendTable } from "./trend_table";
import classes from "./trend.module.css";
import { useAsk } from "./use_ask";
import { useTrend, type Trend } from "./use_trend";

const TrendChart = lazy(() => import("./trend_chart"));
const words = strings.workflow.trend;
const CHOICES = METRICS.map((each) => ({ value: each, label: words.metrics[each] }));
const HEIGHT = 330;

export function TrendPanel({ of, days }: { of: Workflow; days: number }) {
  const { metric = "run_time", view } = search(useSearch({ strict: false }));
  const found = useTrend(of, days, metric);
  const zone = found.drawing?.zone;
  return (
    <Panel
      title={words.title}
      hint={`${words.hint[metric]}${zone === "UTC" ? ` ${words.inZone(zone)}` : ""}`}
    >
      <Choices metric={metric} isTable={view === "table"} />
      <Drawn found={found} metric={metric} isTable={view === "table"} />
    </Panel>
  );
}

function Choices({ metric, isTable }: { metric: Metric; isTable: boolean }) {
  const ask = useAsk();
  const choose = (chosen: string | null) => {
    ask({ metric: METRICS.find((each) => each === chosen) });
  };
  return (
    <div className={classes.choices}>
      <Button
        size="compact-xs"
        variant="subtle"
        color="gray"
        c="var(--lp-dim)"
        onClick={() => {
          ask({ view: isTable ? undefined : "table" });
        }}
      >
        {isTable ? words.asChart : words.asTable}
      </Button>
      <SegmentedControl
        size="xs"
        className={classes.wide}
        aria-label={words.metric}
        data={CHOICES}
        value={metric}
        onChange={choose}
      />
      <Select
        size="xs"
        w={130}
        className={classes.narrow}
        aria-label={words.metric}
        allowDeselect={false}
        data={CHOICES}
        value={metric}
        onChange={choose}
      />
    </div>
  );
}

function Drawn({ found, metric, isTable }: { found: Trend; metric: Metric; isTable: boolean }) {
  const failed = found.series.find((each) => each.isError && !each.data);
  if (failed?.error) return <Failed error={failed.error} retry={() => void failed.refetch()} />;
  const { drawing } = found;
  if (!drawing) return <Loading height={HEIGHT + 48} />;
  if (drawing.stretches.every(({ stretch }) => stretch.spots.length === 0))
    return <Empty title={words.nothing} />;
  const keptSince = found.series[0]?.data?.kept_since;
  return (
    <>
      {isTable ? (
        <TrendTable drawing={drawing} metric={metric} />
      ) : (
        <Suspense fallback={<Loading height={HEIGHT + 48} />}>
          <TrendChart drawing={drawing} metric={metric} events={found.events} versions={found.versions} />
        </Suspense>
      )}
      {keptSince != null && <p className={classes.note}>{words.keptSince(day(keptSince))}</p>}
      {found.outlook && <Outlook found={found.outlook} />}
    </>
  );
}

function Outlook({ found }: { found: Forecast }) {
  const { month, unit, declined } = found;
  const value = (each: number) => inUnit(each, unit);
  if (!month) return declined === null ? null : <p className={classes.note}>{words.declined(declined)}</p>;
  const [low, high] = [value(month.low), value(month.high)];
  return (
    <p className={classes.note}>
      {month.value === null ? words.monthRange(low, high) : words.month(value(month.value), low, high)}
    </p>
  );
}
