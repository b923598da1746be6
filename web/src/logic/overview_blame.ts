/** Which node is to blame for runs that fail. */
import type { Breakdown } from "@/api/answers";

type Node = Breakdown["items"][number]["nodes"][number];

/** The node that failed most often; null where none did. Of what ran inside another, the inner one is meant. */
export function failsMost(breakdown: Breakdown | undefined): Node | null {
  const nodes = breakdown?.items.flatMap((each) => each.nodes) ?? [];
  const worst = nodes.toSorted(
    (one, other) => failures(other) - failures(one) || depth(other) - depth(one),
  )[0];
  return worst && failures(worst) > 0 ? worst : null;
}

function failures({ error_rate, execution_count }: Node): number {
  return Math.round((error_rate ?? 0) * execution_count);
}

function depth({ enclosing_node_id }: Node): number {
  return enclosing_node_id === null ? 0 : 1;
}
