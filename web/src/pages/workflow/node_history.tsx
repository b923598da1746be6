/** A node's median time and error rate over the period, as lines without axes. */
import { useQuery } from "@tanstack/react-query";

import type { TrendSeries } from "@/api/answers";
import type { Workflow } from "@/api/queries";
import { nodeTrends } from "@/api/workflow";
import { Sparkline } from "@/charts/sparkline";
import { inUnit } from "@/logic/format";
import type { NodeRow } from "@/logic/node_rows";
import { periodOf, stretchOf } from "@/logic/trend_points";
import { strings } from "@/strings";
import { Loading } from "@/ui/states";

import classes from "./node_drawer.module.css";

const words = strings.workflow.node;

export function NodeHistory({ row, of, days }: { row: NodeRow; of: Workflow; days: number }) {
  const period = periodOf(days);
  const time = useQuery(nodeTrends(of, "node_time", period, days));
  const errors = useQuery(nodeTrends(of, "error_rate", period, days));
  return (
    <section aria-label={words.history}>
      <h3>{words.history}</h3>
      <div className={classes.history}>
        <Line name={words.time} row={row} series={time.data} isPending={time.isPending} tone="work" />
        <Line name={words.errors} row={row} series={errors.data} isPending={errors.isPending} tone="error" />
      </div>
    </section>
  );
}

interface LineProps {
  name: string;
  row: NodeRow;
  series: TrendSeries | undefined;
  isPending: boolean;
  tone: "work" | "error";
}

function Line({ name, row: { node }, series, isPending, tone }: LineProps) {
  if (isPending) return <Loading height={70} />;
  const own = series?.items.find(
    (each) => each.name === node.node_id && each.enclosing_node_id === node.enclosing_node_id,
  );
  const spots = series && own ? stretchOf({ ...series, items: [own] }).spots : [];
  const values = spots.map((each) => each.figures?.value ?? null);
  const unit = series?.unit ?? "count";
  return (
    <figure>
      <figcaption>
        <span>{name}</span>
        <span className="lp-num">{inUnit(values.at(-1), unit)}</span>
      </figcaption>
      <Sparkline
        label={`${words.historyOf(name, node.node_title)}: ${words.first} ${inUnit(values[0], unit)}, ${words.last} ${inUnit(values.at(-1), unit)}`}
        values={values}
        tone={tone}
        width={200}
        height={56}
      />
    </figure>
  );
}
