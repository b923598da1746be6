/** Nodes that no cache serves yet: what one would bring, whether it would be right, and how to turn it on. */
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";

import { uncachedNodes, type UncachedNode } from "@/api/cache";
import type { Workflow } from "@/api/queries";
import { promiseOf, remedyOf, type Promised } from "@/logic/cache_promise";
import { configSnippet, SHADOW_SETTING } from "@/logic/cache_snippets";
import { count, duration, money, percent } from "@/logic/format";
import type { Sort } from "@/logic/sorting";
import { strings } from "@/strings";
import { Code } from "@/ui/copy";
import { ShareBar } from "@/ui/marks";
import { Panel } from "@/ui/panel";
import { Empty, Shown } from "@/ui/states";
import { Table, type Column } from "@/ui/table";

import classes from "./cache.module.css";
import { NodeClass, NodeName, TwoLines } from "./marks";
import { TurnOn } from "./turn_on";

const words = strings.cache.uncached;

export interface Row extends UncachedNode {
  promised: Promised | null;
}

function columns(of: Workflow, turnOn: (row: Row) => void): Column<Row>[] {
  return [
    {
      ...{ id: "node", title: words.node, width: "150px", by: (row) => row.node_id },
      cell: (row) => <NodeName of={of} id={row.node_id} type={row.node_type} />,
    },
    { id: "class", title: words.class, cell: (row) => <NodeClass value={row.node_class} /> },
    {
      id: "verdict",
      title: words.verdict,
      width: "150px",
      by: (row) => row.verdict,
      cell: (row) => <Verdict of={row} />,
    },
    {
      ...{ id: "hits", title: words.wouldHit, hint: words.wouldHitHint, end: true },
      by: (row) => row.promised?.hitRatio,
      cell: (row) => <ShareBar ratio={row.promised?.hitRatio} tone="cache" />,
    },
    {
      ...{ id: "compared", title: words.compared, hint: words.comparedHint, width: "170px", stacked: "line" },
      cell: (row) => <Compared of={row.promised} />,
    },
    {
      ...{
        id: "time",
        title: words.time,
        hint: words.savesHint,
        end: true,
        by: (row) => row.promised?.seconds,
      },
      cell: ({ promised }) => saves(promised, duration(promised?.seconds), words.perRun),
    },
    {
      ...{
        id: "money",
        title: words.money,
        hint: words.savesHint,
        end: true,
        by: (row) => row.promised?.usd,
      },
      cell: ({ promised }) => saves(promised, money(promised?.usd), words.perMonth),
    },
    {
      id: "how",
      title: "",
      width: "130px",
      end: true,
      cell: (row) => <Ways of={of} row={row} turnOn={turnOn} />,
    },
  ];
}

/** By shadow mode of the period, by advice of each run or month. */
function saves(promised: Promised | null, text: string, each: (text: string) => string): string {
  const amount = promised?.source === "advice";
  return amount && text !== "–" ? each(text) : text;
}

export function Uncached({ of, days }: { of: Workflow; days: number }) {
  const asked = useQuery(uncachedNodes(of, days));
  return (
    <Panel title={words.title} hint={words.hint} flush>
      <Shown query={asked} height={150}>
        {({ items }) => (items.length === 0 ? <LookOn /> : <List of={of} items={items} />)}
      </Shown>
    </Panel>
  );
}

export function List({ of, items }: { of: Workflow; items: readonly UncachedNode[] }) {
  const [sort, setSort] = useState<Sort>();
  const [chosen, choose] = useState<Row | null>(null);
  const rows = useMemo(() => items.map((item) => ({ ...item, promised: promiseOf(item) })), [items]);
  return (
    <>
      <Table
        label={words.label}
        stacks
        columns={columns(of, choose)}
        rows={rows}
        keyOf={(row) => `${row.node_id}\n${row.node_type}\n${row.node_class}`}
        sort={sort}
        onSort={setSort}
      />
      <TurnOn
        of={of}
        node={chosen}
        close={() => {
          choose(null);
        }}
      />
    </>
  );
}

function Verdict({ of }: { of: Row }) {
  const isSampling = of.verdict === "differs" && of.node_class === "sampling";
  const [name, why] = isSampling ? words.differsSampling : (words.verdicts[of.verdict] ?? [of.verdict, ""]);
  return (
    <span className={classes.verdict} data-verdict={isSampling ? "varies" : of.verdict} title={why}>
      {name}
    </span>
  );
}

function Compared({ of }: { of: Promised | null }) {
  if (!of?.compared) return <span className="lp-dim">{words.notCompared}</span>;
  const bound = of.bound === null || of.bound >= 1 ? {} : { second: words.bound(percent(of.bound)) };
  const first = of.differing
    ? words.differing(count(of.differing), count(of.compared))
    : words.same(count(of.compared));
  return <TwoLines first={first} {...bound} />;
}

function Ways({ of, row, turnOn }: { of: Workflow; row: Row; turnOn: (row: Row) => void }) {
  return (
    <span className={classes.ways}>
      {row.advice && (
        <Link
          to="/w/$app/$workflow/advice"
          params={{ app: of.app_id, workflow: of.workflow_id }}
          search={{ id: row.advice.recommendation_id }}
          aria-label={words.adviceFor(row.node_id)}
        >
          {words.advice}
        </Link>
      )}
      {row.node_id !== "" && (remedyOf(row.verdict) !== "none" || row.node_class === "sampling") && (
        <Button
          size="compact-xs"
          variant="default"
          aria-label={words.howFor(row.node_id)}
          onClick={() => {
            turnOn(row);
          }}
        >
          {words.how}
        </Button>
      )}
    </span>
  );
}

function LookOn() {
  const nothing = { app: "", workflow: "", node: "", nodeType: "", ttlHours: null, server: "" };
  return (
    <>
      <Empty title={words.none}>{words.noneText}</Empty>
      <div className={classes.lookOn}>
        <p>{words.noneHow}</p>
        <Code text={SHADOW_SETTING} label={words.serverLabel} />
        <p>{words.oneNode}</p>
        <Code text={configSnippet({ ...nothing, mode: "shadow" })} label={words.nodeLabel} />
      </div>
    </>
  );
}
