/** What is inside of what: a forest, whatever a file says. */
import type { Graph } from "@/api/answers";

/** The container of each step; none where it would be inside of itself, or of what is not there. */
export function containersOf(graph: Graph): Map<string, string> {
  const named = new Map(graph.nodes.map((node) => [node.node_id, node.container_id]));
  const parents = new Map<string, string>();
  for (const id of named.keys()) {
    const first = named.get(id);
    if (!first || !named.has(first)) continue;
    const seen = new Set([id]);
    let above: string | null | undefined = first;
    while (above && !seen.has(above)) {
      seen.add(above);
      above = named.get(above);
    }
    if (!above) parents.set(id, first);
  }
  return parents;
}
