/** The steps of a graph one below the other: none before one that leads to it, what is inside of a container right after it. */
import type { Graph } from "@/api/answers";

import { containersOf } from "./graph_containers";
import type { Step } from "./graph_figures";

export interface Listed {
  step: Step;
  /** How many containers are around it. */
  depth: number;
  /** Titles of the steps that come next, with the branch that leads there. */
  leadsTo: readonly string[];
}

export function listed(graph: Graph, steps: ReadonlyMap<string, Step>): readonly Listed[] {
  const ids = graph.nodes.map((node) => node.node_id);
  const containers = containersOf(graph);
  const rows: Listed[] = [];
  const add = (container: string | null, depth: number) => {
    const inside = ids.filter((id) => (containers.get(id) ?? null) === container);
    for (const id of inOrder(inside, graph)) {
      const step = steps.get(id);
      if (!step) continue;
      rows.push({ step, depth, leadsTo: leadsTo(graph, id, steps) });
      add(id, depth + 1);
    }
  };
  add(null, 0);
  return rows;
}

function leadsTo(graph: Graph, id: string, steps: ReadonlyMap<string, Step>): readonly string[] {
  return graph.edges
    .filter((edge) => edge.source === id)
    .map(({ target, branch }) => {
      const title = steps.get(target)?.node.node_title ?? target;
      return branch === null ? title : `${branch}: ${title}`;
    });
}

/** Kahn's order; what is in a circle follows in the order given. */
function inOrder(ids: readonly string[], graph: Graph): readonly string[] {
  const among = new Set(ids);
  const edges = graph.edges.filter(
    ({ source, target }) => among.has(source) && among.has(target) && source !== target,
  );
  const waits = new Map(ids.map((id) => [id, 0]));
  for (const { target } of edges) waits.set(target, (waits.get(target) ?? 0) + 1);
  const open = ids.filter((id) => waits.get(id) === 0);
  const order: string[] = [];
  for (const id of open) {
    order.push(id);
    for (const { source, target } of edges) {
      if (source !== id) continue;
      const left = (waits.get(target) ?? 0) - 1;
      waits.set(target, left);
      if (left === 0) open.push(target);
    }
  }
  return [...order, ...ids.filter((id) => !order.includes(id))];
}
