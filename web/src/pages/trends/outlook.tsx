/** What the next days and this month will come to, and how likely it is that a budget will not do. */
import { NumberInput, Select } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";

import type { Forecast } from "@/api/answers";
import { outlook } from "@/api/trends";
import type { Workflow } from "@/api/queries";
import { Chart } from "@/charts/chart";
import { forecastOption } from "@/charts/lines_forecast";
import { usePalette } from "@/charts/palette";
import { inUnit, percent } from "@/logic/format";
import { strings } from "@/strings";
import { Figure, Figures } from "@/ui/figures";
import { Panel } from "@/ui/panel";
import { Empty, Shown } from "@/ui/states";

import { useAsk, useAsked } from "./address";
import { FORECASTS, type Asked } from "./search";
import classes from "./trends.module.css";

const words = strings.trends.forecast;
const MOST_DAYS = 90;
const WAIT_MS = 400;

interface OutlookProps {
  of: Workflow;
  metric: NonNullable<Asked["forecast"]>;
  days: number;
}

export function Outlook({ of, metric, days }: OutlookProps) {
  const { budget } = useAsked();
  const ask = useAsk();
  const ahead = Math.min(days, MOST_DAYS);
  const query = useQuery({
    ...outlook(of, metric, ahead, budget ?? null),
    placeholderData: keepPreviousData, // the chart stays while a budget is typed
  });
  return (
    <Panel
      title={words.title}
      hint={words.hint(ahead, ahead <= 7)}
      actions={
        <>
          <Select
            size="xs"
            w={150}
            aria-label={words.metric}
            allowDeselect={false}
            data={FORECASTS.map((each) => ({ value: each, label: words.metrics[each] }))}
            value={metric}
            onChange={(chosen) => {
              ask({ forecast: FORECASTS.find((each) => each === chosen), budget: undefined }, true);
            }}
          />
          <Budget key={metric} metric={metric} />
        </>
      }
    >
      <Shown query={query} height={300}>
        {(found) => <Found found={found} metric={metric} />}
      </Shown>
    </Panel>
  );
}

/** Asked for once one stops typing. */
function Budget({ metric }: { metric: OutlookProps["metric"] }) {
  const { budget } = useAsked();
  const ask = useAsk();
  const [typed, setTyped] = useState<number | string>(budget ?? "");
  useEffect(() => {
    const said = typeof typed === "number" ? typed : undefined;
    if (said === budget) return;
    const timer = setTimeout(() => {
      ask({ budget: said });
    }, WAIT_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [typed, budget, ask]);
  return (
    <NumberInput
      size="xs"
      w={190}
      min={0}
      leftSection={words.budget}
      leftSectionWidth={58}
      hideControls
      thousandSeparator=","
      aria-label={words.budget}
      placeholder={words.budgetHint}
      {...(metric === "cost" ? { prefix: "$" } : {})}
      value={typed}
      onChange={setTyped}
    />
  );
}

function Found({ found, metric }: { found: Forecast; metric: OutlookProps["metric"] }) {
  const palette = usePalette();
  const colour = metric === "cost" ? palette.cost : palette.work;
  const option = useMemo(
    () =>
      forecastOption(palette, found, colour, {
        past: words.past,
        expected: words.expected,
        range: words.range,
      }),
    [palette, found, colour],
  );
  if (found.points.length === 0) return <Empty title={found.declined ?? strings.trends.empty.title} />;
  const total = inUnit(found.total?.value, found.unit);
  return (
    <div className={classes.stack}>
      {found.declined !== null && <p className={classes.plain}>{found.declined}</p>}
      <Totals found={found} />
      <Chart height={220} option={option} label={words.chart(words.metrics[metric], total)} />
    </div>
  );
}

const monthName = new Intl.DateTimeFormat("en-GB", { month: "long", timeZone: "UTC" });

function Totals({ found }: { found: Forecast }) {
  const { month, total, backtest, unit } = found;
  const value = (each: number | null) => (each === null ? words.unknownRange : inUnit(each, unit));
  const range = (low: number, high: number) => words.range(inUnit(low, unit), inUnit(high, unit));
  return (
    <Figures label={words.title}>
      {month && (
        <Figure
          name={monthName.format(new Date(month.period_start))}
          value={value(month.value)}
          delta={<span className="lp-dim">{words.soFar(inUnit(month.so_far, unit))}</span>}
          foot={range(month.low, month.high)}
          tone="cost"
        />
      )}
      {total && (
        <Figure
          name={words.total(found.days)}
          value={value(total.value)}
          foot={range(total.low, total.high)}
        />
      )}
      {found.budget !== null && (month ?? total) && (
        <Figure
          name={words.over}
          value={percent((month ?? total)?.over_budget)}
          foot={
            <>
              {words.overHint(inUnit(found.budget, unit))}
              {month && total && <>; {words.overTotal(percent(total.over_budget))}</>}
            </>
          }
        />
      )}
      {backtest && (
        <Figure
          name={words.backtest}
          value={backtest.held ? words.held : words.missed}
          foot={words.backtestText(inUnit(backtest.value, unit), inUnit(backtest.actual, unit))}
        />
      )}
    </Figures>
  );
}
