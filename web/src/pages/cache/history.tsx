import { SegmentedControl } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";

import type { CacheStatistics } from "@/api/cache";
import { historyOption, type Shown } from "@/charts/cache_history";
import { Chart } from "@/charts/chart";
import { usePalette } from "@/charts/palette";
import { cacheSeries, type Series } from "@/logic/cache_series";
import { duration, money, percent } from "@/logic/format";
import { told } from "@/logic/search";
import { day, moment } from "@/logic/time";
import { strings } from "@/strings";
import { Panel } from "@/ui/panel";
import { Empty } from "@/ui/states";

import classes from "./cache.module.css";

const words = strings.cache.history;

/** A step's place in words: hours with their time, days without. */
function placeOf(unit: Series["unit"]) {
  return (at: number) => {
    const iso = new Date(at).toISOString();
    return unit === "day" ? day(iso) : moment(iso);
  };
}

export function History({ found }: { found: CacheStatistics }) {
  const { show } = useSearch({ from: "/w/$app/$workflow/cache" });
  const navigate = useNavigate({ from: "/w/$app/$workflow/cache" });
  const shown: Shown = show ?? "lookups";
  const series = useMemo(
    () => cacheSeries(found.by_hour, found.period_start, found.period_end),
    [found.by_hour, found.period_start, found.period_end],
  );
  const palette = usePalette();
  const option = useMemo(
    () =>
      historyOption(series, shown, palette, {
        ...{ hits: words.hits, misses: words.misses, rate: words.rate },
        saved: shown === "money" ? words.money : words.time,
        place: placeOf(series.unit),
      }),
    [series, shown, palette],
  );
  return (
    <Panel
      title={words.title}
      hint={words.hint[series.unit]}
      actions={
        <>
          {shown === "lookups" && <Legend />}
          <SegmentedControl
            size="xs"
            aria-label={words.switch}
            value={shown}
            data={[
              { value: "lookups", label: words.lookups },
              { value: "time", label: words.time },
              { value: "money", label: words.money },
            ]}
            onChange={(chosen) => {
              const asked = { show: chosen === "time" || chosen === "money" ? chosen : undefined } as const;
              void navigate({
                search: (old) => told({ ...old, ...asked }),
                replace: true,
                resetScroll: false,
              });
            }}
          />
        </>
      }
    >
      {found.hits + found.misses + found.coalesced === 0 ? (
        <Empty title={words.none}>{words.noneText}</Empty>
      ) : (
        <Chart label={label(found, shown)} option={option} height={220} />
      )}
    </Panel>
  );
}

function label(found: CacheStatistics, shown: Shown): string {
  const figure = {
    lookups: `${words.rate} ${percent(found.hit_rate === null ? null : found.hit_rate / 100)}`,
    time: duration(found.time_saved),
    money: money(found.cost_saved),
  }[shown];
  return words.label(words[shown], day(found.period_start), day(found.period_end), figure);
}

function Legend() {
  return (
    <ul className={classes.legend} aria-label={words.legend}>
      <li data-mark="hits">{words.hits}</li>
      <li data-mark="misses">{words.misses}</li>
      <li data-mark="rate">{words.rate}</li>
    </ul>
  );
}
