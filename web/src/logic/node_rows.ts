/** All nodes of a workflow in one list: their figures by type beside their part of the critical path. */
import type { Bottleneck, Bottlenecks, Breakdown, NodeFigures } from "@/api/answers";

export interface NodeRow {
  /** Tells nodes of one id in different steps apart. */
  id: string;
  node: NodeFigures;
  /** Absent where the node is never on the critical path. */
  critical: Bottleneck | undefined;
  hitRatio: number | null;
}

interface Named {
  node_id: string;
  enclosing_node_id: string | null;
}

const keyOf = (node: Named): string => JSON.stringify([node.node_id, node.enclosing_node_id]);

export function nodeRows(figures: Breakdown, found: Bottlenecks | undefined): NodeRow[] {
  const critical = new Map((found?.items ?? []).map((each) => [keyOf(each), each]));
  return figures.items
    .flatMap((type) => type.nodes)
    .map((node) => ({
      id: keyOf(node),
      node,
      critical: critical.get(keyOf(node)),
      hitRatio: node.execution_count > 0 ? node.cache_hits / node.execution_count : null,
    }));
}

/** Rows whose title, id, type or step contains what is looked for, in any case. */
export function matching(rows: readonly NodeRow[], sought: string | undefined): readonly NodeRow[] {
  if (!sought) return rows;
  const low = sought.toLowerCase();
  return rows.filter(({ node }) =>
    [node.node_title, node.node_id, node.node_type, node.enclosing_node_id].some((text) =>
      text?.toLowerCase().includes(low),
    ),
  );
}

/** The row that an address names; without a step around it the first of that id. */
export function chosen(
  rows: readonly NodeRow[],
  id: string | undefined,
  within: string | undefined,
): NodeRow | undefined {
  const same = rows.filter(({ node }) => node.node_id === id);
  return same.find(({ node }) => node.enclosing_node_id === (within ?? null)) ?? same[0];
}
