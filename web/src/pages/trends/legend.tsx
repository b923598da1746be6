/** The lines as a table: tick what is drawn, read where each is and how it went. */
import { Checkbox } from "@mantine/core";

import type { TrendSeries } from "@/api/answers";
import { Sparkline } from "@/charts/sparkline";
import { count, inUnit } from "@/logic/format";
import { changeOver, counts, latest, spark, type Statistic } from "@/logic/trend_lines";
import { strings } from "@/strings";
import { Delta } from "@/ui/figures";
import { Table, type Column } from "@/ui/table";

import { useAsk } from "./address";
import type { Styled } from "./line_styles";
import { useNow } from "./now";
import classes from "./trends.module.css";

const words = strings.trends.lines;

interface LegendProps {
  series: TrendSeries;
  lines: readonly Styled[];
  stat: Statistic;
}

export function Legend({ series, lines, stat }: LegendProps) {
  const ask = useAsk();
  const now = useNow();
  const toggle = (key: string) => {
    const hidden = lines.filter((each) => (each.key === key ? each.isDrawn : !each.isDrawn));
    ask({ hide: hidden.map((each) => each.key) });
  };
  return (
    <Table
      label={words.label}
      columns={columns(series, stat, now, lines.length > 1 ? toggle : null)}
      rows={lines}
      keyOf={(each) => each.key}
      stacks
    />
  );
}

function columns(
  series: TrendSeries,
  stat: Statistic,
  now: number,
  toggle: ((key: string) => void) | null,
): Column<Styled>[] {
  return [
    {
      id: "name",
      title: words.name,
      cell: (each) => <Name of={each} toggle={toggle} />,
      width: "160px",
    },
    {
      id: "last",
      title: words.last,
      hint: words.lastHint,
      end: true,
      cell: ({ line }) => inUnit(latest(line, stat, series.metric_type, now), series.unit),
    },
    {
      id: "change",
      title: words.change,
      hint: words.changeHint,
      end: true,
      cell: ({ line }) => (
        <Delta ratio={changeOver(line, series, stat, now)} more={wayOf(series.metric_type)} />
      ),
    },
    {
      id: "course",
      title: words.course,
      stacked: "away",
      cell: ({ line, name }) => (
        <Sparkline label={words.spark(name)} values={spark(line, series, stat)} width={140} />
      ),
    },
    {
      id: "count",
      title:
        series.by === "node" || series.by === "node_type" || series.by === "model"
          ? words.executions
          : words.count,
      hint: words.countHint,
      end: true,
      cell: ({ line }) => count(counts(line)),
    },
  ];
}

function Name({ of, toggle }: { of: Styled; toggle: ((key: string) => void) | null }) {
  const swatch = (
    <span
      className={classes.swatch}
      data-dashed={of.isDashed || undefined}
      style={{ color: of.colour }}
      aria-hidden="true"
    />
  );
  const name = (
    <span className={classes.name}>
      {swatch}
      <span className="lp-clip" title={of.name}>
        {of.name}
      </span>
      {of.beside !== null && of.beside !== "" && (
        <span className={`lp-dim lp-clip ${classes.beside ?? ""}`} title={of.beside}>
          {of.beside}
        </span>
      )}
    </span>
  );
  if (!toggle) return name;
  return (
    <Checkbox
      size="xs"
      checked={of.isDrawn}
      onChange={() => {
        toggle(of.key);
      }}
      aria-label={words.toggle(of.name)}
      label={name}
      classNames={{ body: classes.tick ?? "", labelWrapper: classes.tickLabel ?? "" }}
    />
  );
}

/** Whether more of it is worse. */
function wayOf(metric: string): "worse" | "better" | "neither" {
  if (metric === "cache_hit_rate" || metric === "tokens_cache_read") return "better";
  if (["run_count", "node_count", "tokens_input", "tokens_output", "tokens_reasoning"].includes(metric))
    return "neither";
  return metric in strings.trends.metrics ? "worse" : "neither";
}
