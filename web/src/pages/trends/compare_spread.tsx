/** How times of both sides are spread: of runs, or of a node. */
import { SegmentedControl, Select } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import type { ComparisonAnswer, Distribution } from "@/api/answers";
import { breakdown, type Workflow } from "@/api/queries";
import { distribution } from "@/api/trends";
import { Chart } from "@/charts/chart";
import { distributionOption } from "@/charts/distribution";
import { usePalette } from "@/charts/palette";
import { overlay } from "@/logic/distribution";
import { count, duration, percent } from "@/logic/format";
import { strings } from "@/strings";
import { Panel } from "@/ui/panel";
import { useDays } from "@/ui/period";
import { Empty, Failed, Loading } from "@/ui/states";
import { Table, type Column } from "@/ui/table";

import { useAsk, useAsked } from "./address";
import type { Sides } from "./compare_part";
import classes from "./compare.module.css";

const words = strings.trends.compare.spread;

interface SpreadPanelProps {
  of: Workflow;
  sides: Sides;
  found: ComparisonAnswer | undefined;
}

export function SpreadPanel({ of, sides, found }: SpreadPanelProps) {
  const { node, axis } = useAsked();
  const ask = useAsk();
  const metric = node === undefined ? "run_time" : "node_time";
  const wanted = { metric, node_id: node ?? null } as const;
  const [a, b] = [
    useQuery({ ...distribution(of, { ...wanted, ...sides.of.a }), placeholderData: keepPreviousData }),
    useQuery({ ...distribution(of, { ...wanted, ...sides.of.b }), placeholderData: keepPreviousData }),
  ];
  const failed = a.error ?? b.error;
  return (
    <Panel
      title={words.title}
      hint={axis === "linear" ? words.linearHint : words.logHint}
      actions={
        <>
          <NodeChoice of={of} found={found} />
          <SegmentedControl
            size="xs"
            aria-label={words.axis}
            data={[
              { value: "log", label: words.log },
              { value: "linear", label: words.linear },
            ]}
            value={axis ?? "log"}
            onChange={(chosen) => {
              ask({ axis: chosen === "linear" ? "linear" : undefined });
            }}
          />
        </>
      }
      flush
    >
      {a.data && b.data ? (
        <Spread a={a.data} b={b.data} node={node} isLinear={axis === "linear"} />
      ) : failed ? (
        <Failed error={failed} retry={() => void Promise.all([a.refetch(), b.refetch()])} />
      ) : (
        <Loading height={380} />
      )}
    </Panel>
  );
}

/** Run time, or one of the nodes: those that were compared, else those of the time. */
function NodeChoice({ of, found }: { of: Workflow; found: ComparisonAnswer | undefined }) {
  const { node } = useAsked();
  const ask = useAsk();
  const days = useDays();
  const known = useQuery({ ...breakdown(of, days), enabled: found?.nodes.length === 0 });
  const titles = new Map<string, string>();
  for (const each of found?.nodes ?? []) titles.set(each.node_id, each.node_title);
  if (titles.size === 0)
    for (const type of known.data?.items ?? [])
      for (const each of type.nodes) titles.set(each.node_id, each.node_title);
  if (node !== undefined && !titles.has(node)) titles.set(node, node);
  return (
    <Select
      size="xs"
      w={220}
      searchable
      aria-label={words.of}
      allowDeselect={false}
      data={[
        { value: "run", label: words.runTime },
        ...[...titles].map(([id, title]) => ({ value: `node ${id}`, label: title })),
      ]}
      value={node === undefined ? "run" : `node ${node}`}
      onChange={(chosen) => {
        if (chosen !== null) ask({ node: chosen === "run" ? undefined : chosen.slice(5) });
      }}
    />
  );
}

interface SpreadProps {
  a: Distribution;
  b: Distribution;
  node: string | undefined;
  isLinear: boolean;
}

function Spread({ a, b, node, isLinear }: SpreadProps) {
  const palette = usePalette();
  const option = useMemo(
    () =>
      distributionOption(palette, {
        a,
        b,
        names: ["A", "B"],
        isLinear,
        words: { of: (share, many) => words.share(share, count(many)) },
      }),
    [palette, a, b, isLinear],
  );
  if (a.n + b.n === 0)
    return (
      <Empty title={words.none}>
        <p>{words.noneText}</p>
      </Empty>
    );
  const what = node ?? words.runTime;
  return (
    <>
      <div className={classes.chart}>
        <Chart height={300} option={option} label={words.label(what, duration(a.p50), duration(b.p50))} />
      </div>
      <Table
        label={words.table}
        columns={COLUMNS}
        rows={[
          { side: "a", of: a },
          { side: "b", of: b },
        ]}
        keyOf={(each) => each.side}
        stacks
      />
      <Notes a={a} b={b} />
    </>
  );
}

interface Row {
  side: "a" | "b";
  of: Distribution;
}

const seconds = (id: "p50" | "p95" | "p99" | "avg" | "max", title: string): Column<Row> => ({
  id,
  title,
  end: true,
  cell: ({ of }) => duration(of[id]),
});

const COLUMNS: Column<Row>[] = [
  {
    id: "side",
    title: words.side,
    cell: ({ side }) => (
      <span className={classes.letter} data-side={side}>
        {side.toUpperCase()}
      </span>
    ),
  },
  { id: "n", title: words.n, end: true, cell: ({ of }) => count(of.n) },
  seconds("p50", strings.trends.stats.p50),
  seconds("p95", strings.trends.stats.p95),
  seconds("p99", strings.trends.stats.p99),
  seconds("avg", strings.trends.stats.avg),
  seconds("max", "max"),
];

function Notes({ a, b }: { a: Distribution; b: Distribution }) {
  const { zeros } = overlay(a, b);
  const basis = (side: Distribution) => {
    if (side.basis === "histograms") return words.histograms;
    return side.read_runs < side.run_count
      ? words.someRuns(count(side.read_runs), count(side.run_count))
      : words.runs;
  };
  const notes = [
    ...new Set([basis(a), basis(b)]),
    ...(a.node_id === null ? [] : [words.executions]),
    ...(["A", "B"] as const).flatMap((side, place) =>
      (zeros[place] ?? 0) > 0 ? [words.zeros(side, percent(zeros[place]))] : [],
    ),
  ];
  return <p className={classes.notes}>{notes.join(" ")}</p>;
}
