/** The trend as a table: the same figures for who cannot see the chart, or wants to copy them. */
import type { TrendPoint } from "@/api/answers";
import type { Ahead, TrendDrawing } from "@/charts/trend";
import { count, inUnit } from "@/logic/format";
import type { Spot } from "@/logic/trend_points";
import { strings } from "@/strings";
import { Table, type Column } from "@/ui/table";

import type { Metric } from "./search";
import classes from "./trend.module.css";

const words = strings.workflow.trend;

interface Row {
  start: number;
  period: string;
  points: readonly (TrendPoint | null)[];
  ahead?: Ahead;
}

export function TrendTable({ drawing, metric }: { drawing: TrendDrawing; metric: Metric }) {
  return (
    <div className={classes.table}>
      <Table
        label={words.tableLabel(words.metrics[metric])}
        columns={columnsOf(drawing)}
        rows={rowsOf(drawing)}
        keyOf={(row) => String(row.start)}
      />
    </div>
  );
}

function columnsOf({ kind, unit, stretches }: TrendDrawing): Column<Row>[] {
  const figure = (id: string, title: string, of: (row: Row) => string): Column<Row> => ({
    id,
    title,
    cell: of,
    end: true,
  });
  const own =
    kind === "bands"
      ? (["p50", "p95", "p99"] as const).map((name) =>
          figure(name, words[name], (row) => inUnit(row.points[0]?.[name], unit)),
        )
      : stretches.map(({ name }, place) =>
          figure(name, name, (row) =>
            row.ahead
              ? `${inUnit(row.ahead.value, unit)} (${words.range(inUnit(row.ahead.low, unit), inUnit(row.ahead.high, unit))})`
              : inUnit(row.points[place]?.value, unit),
          ),
        );
  const runs = figure("count", words.runs, (row) => count(row.points[0]?.count));
  return [
    { id: "period", title: words.period, cell: (row) => row.period },
    ...own,
    ...(unit === "count" ? [] : [runs]),
  ];
}

/** The newest first; what is expected comes before what was. */
function rowsOf({ stretches, ahead, zone, now }: TrendDrawing): Row[] {
  const told = (at: Spot | Ahead, note: string) => {
    const isDay = at.end - at.start > 3 * 3_600_000;
    const day = new Intl.DateTimeFormat("en-GB", {
      day: "numeric",
      month: "short",
      timeZone: zone,
      ...(isDay ? {} : { hour: "2-digit", minute: "2-digit" }),
    }).format(at.start);
    return note === "" ? day : `${day}, ${note}`;
  };
  const spots = stretches[0]?.stretch.spots.filter((each) => each.figures) ?? [];
  const past = spots.map((spot) => ({
    start: spot.start,
    period: told(spot, spot.end > now ? words.soFar : ""),
    points: stretches.map(
      ({ stretch }) =>
        stretch.spots.find((each) => each.start === spot.start && each.figures)?.figures ?? null,
    ),
  }));
  const known = new Set(past.map((each) => each.start));
  const expected = ahead
    .filter((each) => !known.has(each.start))
    .map((each) => ({
      start: each.start,
      period: told(each, words.forecast.toLowerCase()),
      points: [],
      ahead: each,
    }));
  return [...past, ...expected].toReversed();
}
