import { useState } from "react";

import type { CacheStatistics } from "@/api/cache";
import { bytes, count, duration } from "@/logic/format";
import type { Sort } from "@/logic/sorting";
import { strings } from "@/strings";
import { ShareBar } from "@/ui/marks";
import { Panel } from "@/ui/panel";
import { Table, type Column } from "@/ui/table";

import { NodeClass } from "./marks";

const words = strings.cache.types;
type Row = CacheStatistics["by_node_type"][number];

const COLUMNS: Column<Row>[] = [
  {
    ...{ id: "type", title: words.type, by: (row) => row.node_type },
    cell: (row) => row.node_type || <span className="lp-dim">{strings.common.unknown}</span>,
  },
  {
    id: "class",
    title: words.class,
    by: (row) => row.node_class,
    cell: (row) => <NodeClass value={row.node_class} />,
  },
  {
    ...{ id: "rate", title: words.rate, end: true, by: (row) => row.hit_rate },
    cell: (row) => <ShareBar ratio={row.hit_rate === null ? null : row.hit_rate / 100} tone="cache" />,
  },
  { id: "hits", title: words.hits, end: true, by: (row) => row.hits, cell: (row) => count(row.hits) },
  { id: "misses", title: words.misses, end: true, by: (row) => row.misses, cell: (row) => count(row.misses) },
  {
    ...{ id: "time", title: words.time, end: true, by: (row) => row.time_saved },
    cell: (row) => duration(row.time_saved),
  },
  {
    id: "entries",
    title: words.entries,
    end: true,
    by: (row) => row.entries,
    cell: (row) => count(row.entries),
  },
  { id: "bytes", title: words.bytes, end: true, by: (row) => row.bytes, cell: (row) => bytes(row.bytes) },
];

/** Types of which anything was asked or is held; those that only ran past the cache stand below. */
export function NodeTypes({ found }: { found: CacheStatistics }) {
  const [sort, setSort] = useState<Sort>({ by: "hits", descending: true });
  const rows = found.by_node_type.filter(
    (row) => row.hits + row.misses + row.coalesced + row.stale + row.entries > 0,
  );
  if (rows.length === 0) return null;
  return (
    <Panel title={words.title} hint={words.hint} flush>
      <Table
        label={words.label}
        stacks
        columns={COLUMNS}
        rows={rows}
        keyOf={(row) => `${row.node_type}\n${row.node_class}`}
        sort={sort}
        onSort={setSort}
      />
    </Panel>
  );
}
