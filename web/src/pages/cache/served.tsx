import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";

import { servedNodes, type CachedNode, type TopBy } from "@/api/cache";
import type { Workflow } from "@/api/queries";
import { bytes, count, duration, money } from "@/logic/format";
import { sortOf, sortText, type Sort } from "@/logic/sorting";
import { ago, instant } from "@/logic/time";
import { strings } from "@/strings";
import { Panel } from "@/ui/panel";
import { Empty, Shown } from "@/ui/states";
import { Table, type Column } from "@/ui/table";

import { NodeName } from "./marks";

const words = strings.cache.served;
const BY: Readonly<Record<string, TopBy>> = { hits: "hits", time: "time_saved", money: "cost_saved" };

function columns(of: Workflow): Column<CachedNode>[] {
  return [
    {
      ...{ id: "node", title: words.node, width: "150px", by: (row) => row.node_id },
      cell: (row) => <NodeName of={of} id={row.node_id} type={row.node_type} />,
    },
    { id: "hits", title: words.hits, end: true, by: (row) => row.hits, cell: (row) => count(row.hits) },
    {
      ...{ id: "time", title: words.time, end: true, by: (row) => row.time_saved },
      cell: (row) => duration(row.time_saved),
    },
    {
      ...{ id: "money", title: words.money, end: true, by: (row) => row.cost_saved },
      cell: (row) => money(row.cost_saved),
    },
    {
      id: "entries",
      title: words.entries,
      end: true,
      by: (row) => row.entries,
      cell: (row) => count(row.entries),
    },
    { id: "bytes", title: words.bytes, end: true, by: (row) => row.bytes, cell: (row) => bytes(row.bytes) },
    {
      ...{ id: "last", title: words.last, end: true, by: (row) => row.last_hit_at },
      cell: (row) => <span title={instant(row.last_hit_at)}>{ago(row.last_hit_at)}</span>,
    },
  ];
}

export function Served({ of, days }: { of: Workflow; days: number }) {
  const { sort: said } = useSearch({ from: "/w/$app/$workflow/cache" });
  const navigate = useNavigate({ from: "/w/$app/$workflow/cache" });
  const sort: Sort = sortOf(said) ?? { by: "hits", descending: true };
  const asked = useQuery(servedNodes(of, days, BY[sort.by] ?? "hits"));
  return (
    <Panel title={words.title} hint={words.hint} flush>
      <Shown query={asked} height={140}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={words.none}>{words.noneText}</Empty>
          ) : (
            <Table
              label={words.label}
              stacks
              columns={columns(of)}
              rows={items}
              keyOf={(row) => `${row.node_id}\n${row.node_type}`}
              sort={sort}
              onSort={(chosen) => {
                const search = <O extends object>(old: O) => ({ ...old, sort: sortText(chosen) });
                void navigate({ search, replace: true, resetScroll: false });
              }}
            />
          )
        }
      </Shown>
    </Panel>
  );
}
