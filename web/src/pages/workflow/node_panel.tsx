/** All nodes with their main figures: sorted and sought in the address, each a way to its own drawer with all of them. */
import { TextInput } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useMemo, useState } from "react";

import { bottlenecks, breakdown, type Workflow } from "@/api/queries";
import { count, duration, money, percent } from "@/logic/format";
import { chosen, matching, nodeRows, type NodeRow } from "@/logic/node_rows";
import { sortOf, sortText } from "@/logic/sorting";
import { strings } from "@/strings";
import { ShareBar, Tag } from "@/ui/marks";
import { Panel } from "@/ui/panel";
import { Empty, Shown } from "@/ui/states";
import { Table, type Column } from "@/ui/table";

import classes from "./node_panel.module.css";
import { search } from "./search";
import { useAsk, withNode } from "./use_ask";

const words = strings.workflow.nodes;
const BY_CRITICAL = { by: "critical", descending: true };
const AT_ONCE = { getInitialValueInEffect: false };
/** What stands back where there is less room; the drawer of a node tells it all. */
const MEDIUM = "(max-width: 1100px)";
const NARROW = "(max-width: 800px)";
const PHONE = "(max-width: 480px)";
const NOT_IN_MEDIUM: readonly string[] = ["share", "tokens", "retries"];
const IN_NARROW: readonly string[] = ["node", "critical", "p50", "p95", "errors"];
const ON_PHONE: readonly string[] = ["node", "critical", "p95"];

export function NodePanel({ of, days }: { of: Workflow; days: number }) {
  const figures = useQuery(breakdown(of, days));
  const path = useQuery(bottlenecks(of, days)).data;
  const rows = useMemo(() => (figures.data ? nodeRows(figures.data, path) : []), [figures.data, path]);
  return (
    <Panel title={words.title} hint={words.hint} actions={<Finder />} flush>
      <Shown query={figures} height={320}>
        {() => <Nodes rows={rows} />}
      </Shown>
    </Panel>
  );
}

function Finder() {
  const { find = "" } = search(useSearch({ strict: false }));
  const [typed, setTyped] = useState(find); // the address follows too slowly to type into
  const ask = useAsk();
  return (
    <TextInput
      size="xs"
      w={180}
      type="search"
      aria-label={words.filter}
      placeholder={words.filter}
      leftSection={<IconSearch size={14} aria-hidden="true" />}
      value={typed}
      onChange={(event) => {
        const { value } = event.currentTarget;
        setTyped(value);
        ask({ find: value || undefined });
      }}
    />
  );
}

function Nodes({ rows }: { rows: readonly NodeRow[] }) {
  const asked = search(useSearch({ strict: false }));
  const ask = useAsk();
  const isMedium = useMediaQuery(MEDIUM, false, AT_ONCE);
  const isNarrow = useMediaQuery(NARROW, false, AT_ONCE);
  const isPhone = useMediaQuery(PHONE, false, AT_ONCE);
  const hasRoom = (id: string) => {
    if (isPhone) return ON_PHONE.includes(id);
    return isNarrow ? IN_NARROW.includes(id) : !isMedium || !NOT_IN_MEDIUM.includes(id);
  };
  const shown = matching(rows, asked.find);
  if (rows.length === 0) return <Empty title={words.empty} />;
  if (shown.length === 0) return <Empty title={words.none(asked.find ?? "")} />;
  return (
    <Table
      label={words.label}
      columns={columnsOf(rows).filter(({ id }) => hasRoom(id))}
      rows={shown}
      keyOf={(row) => row.id}
      sort={sortOf(asked.sort) ?? BY_CRITICAL}
      onSort={(sort) => {
        ask({ sort: sortText(sort) });
      }}
      marked={asked.node === undefined ? undefined : chosen(rows, asked.node, asked.within)?.id}
    />
  );
}

function NodeName({ node }: NodeRow) {
  return (
    <span className={classes.name}>
      <Link to="." search={withNode(node)} resetScroll={false} title={`${node.node_title} (${node.node_id})`}>
        {node.node_title}
      </Link>
      <span className={classes.kind}>
        <Tag title={node.node_type}>{node.node_type}</Tag>
        {node.enclosing_node_id !== null && (
          <span className="lp-dim">{strings.workflow.pole.inside(node.enclosing_node_id)}</span>
        )}
      </span>
    </span>
  );
}

type Amount = number | null | undefined;

/** A column of figures, sorted by the figure. */
function figure(
  id: keyof typeof words.columns,
  of: (row: NodeRow) => Amount,
  written: (value: Amount) => string,
): Column<NodeRow> {
  return { id, title: words.columns[id], by: of, cell: (row) => written(of(row)), end: true };
}

/** Nothing to see where it is zero: what is not stands back behind what is. */
const quiet = (written: (value: Amount) => string) => (value: Amount) => (value === 0 ? "0" : written(value));

/** What is not told where it is zero of every node. */
const NOT_IF_ZERO: readonly string[] = ["hits", "retries"];

/** Without those that say nothing of any node. */
function columnsOf(rows: readonly NodeRow[]): readonly Column<NodeRow>[] {
  return COLUMNS.filter(({ id, by }) => {
    if (!by) return true;
    return rows.some((row) => by(row) !== null && (by(row) !== 0 || !NOT_IF_ZERO.includes(id)));
  });
}

const COLUMNS: readonly Column<NodeRow>[] = [
  {
    id: "node",
    title: words.columns.node,
    by: (row) => row.node.node_title,
    cell: (row) => <NodeName {...row} />,
    width: "150px",
  },
  {
    id: "critical",
    title: words.columns.critical,
    hint: words.hints.critical,
    by: (row) => row.critical?.critical_share ?? 0,
    cell: (row) => <ShareBar ratio={row.critical?.critical_share ?? 0} />,
    end: true,
  },
  {
    id: "share",
    title: words.columns.share,
    hint: words.hints.share,
    by: (row) => row.node.share,
    cell: (row) => <ShareBar ratio={row.node.share} tone="work" />,
    end: true,
  },
  figure("p50", (row) => row.node.execution_time.p50, duration),
  figure("p95", (row) => row.node.execution_time.p95, duration),
  figure("count", (row) => row.node.execution_count, count),
  {
    ...figure("errors", (row) => row.node.error_rate, quiet(percent)),
    cell: (row) => <ErrorRate value={row.node.error_rate} />,
  },
  figure("retries", (row) => row.node.retry_count, count),
  figure("tokens", (row) => row.node.tokens.total, count),
  figure("cost", (row) => row.node.cost, quiet(money)),
  { ...figure("hits", (row) => row.hitRatio, quiet(percent)), hint: words.hints.hits },
];

function ErrorRate({ value }: { value: Amount }) {
  return <span className={value ? classes.error : undefined}>{quiet(percent)(value)}</span>;
}
