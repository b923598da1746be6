import type { CacheStatistics } from "@/api/cache";
import { count } from "@/logic/format";
import { strings } from "@/strings";
import { ShareBar } from "@/ui/marks";
import { Panel } from "@/ui/panel";
import { Table, type Column } from "@/ui/table";

import classes from "./cache.module.css";

const words = strings.cache.bypassed;

interface Row {
  reason: string;
  executions: number;
  share: number;
}

/** What a reason is called; itself, where we do not know it yet. */
export function reasonOf(reason: string): string {
  return words.reasons[reason]?.[0] ?? reason;
}

const COLUMNS: Column<Row>[] = [
  {
    ...{ id: "reason", title: words.reason, width: "150px" },
    cell: ({ reason }) => <span title={reason}>{reasonOf(reason)}</span>,
  },
  { id: "count", title: words.count, end: true, cell: (row) => count(row.executions) },
  { id: "share", title: words.share, end: true, cell: (row) => <ShareBar ratio={row.share} tone="work" /> },
  {
    ...{ id: "what", title: words.what, width: "220px", stacked: "line" },
    cell: ({ reason }) => <span className={classes.prose}>{words.reasons[reason]?.[1] ?? ""}</span>,
  },
];

export function Bypassed({ found }: { found: CacheStatistics }) {
  const all = Object.entries(found.bypassed);
  const total = all.reduce((sum, [, executions]) => sum + executions, 0);
  if (total === 0) return null;
  const rows = all
    .map(([reason, executions]) => ({ reason, executions, share: executions / total }))
    .toSorted((one, other) => other.executions - one.executions);
  return (
    <Panel title={words.title} hint={words.hint} flush>
      <Table label={words.label} columns={COLUMNS} rows={rows} keyOf={(row) => row.reason} stacks />
    </Panel>
  );
}
