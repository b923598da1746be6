/**
 * Ways through a graph: which of its edges are on the critical path, and where an arrow key leads.
 */
import type { Graph, GraphEdge } from "@/api/answers";

import type { Step } from "./graph_figures";

/** Below this part of the runs a step counts as off the path. */
const SELDOM = 0.02;

/**
 * How lit each edge is, 0 (off the path) to 1, in the order of the graph's edges.
 *
 * The path goes over steps, and an edge is as lit as the less often critical of its ends. An edge that leads past
 * steps that are on the path at least as often is not lit: the path goes through them.
 */
export function litEdges(graph: Graph, steps: ReadonlyMap<string, Step>): readonly number[] {
  const onPath = onPathOf(graph, steps);
  const lit = graph.edges.map((edge) => {
    const share = Math.min(onPath(edge.source), onPath(edge.target));
    return share < SELDOM || edge.source === edge.target ? 0 : share;
  });
  const from = new Map<string, number[]>();
  graph.edges.forEach((edge, place) => {
    if ((lit[place] ?? 0) > 0) from.set(edge.source, [...(from.get(edge.source) ?? []), place]);
  });
  return lit.map((share, place) => (share > 0 && hasDetour(graph.edges, from, lit, place) ? 0 : share));
}

/** In how much of the runs a step is on the path; a container is if it or anything inside of it is. */
function onPathOf(graph: Graph, steps: ReadonlyMap<string, Step>): (id: string) => number {
  const above = new Map(graph.nodes.map((node) => [node.node_id, node.container_id]));
  const shares = new Map<string, number>();
  for (const [id, { measured }] of steps) {
    const seen = new Set<string>();
    for (let at: string | null = id; at !== null && !seen.has(at); at = above.get(at) ?? null) {
      seen.add(at);
      shares.set(at, Math.max(shares.get(at) ?? 0, measured?.onPath ?? 0));
    }
  }
  return (id) => shares.get(id) ?? 0;
}

/** Whether another way over edges at least as lit leads to the same step. */
function hasDetour(
  edges: readonly GraphEdge[],
  from: ReadonlyMap<string, readonly number[]>,
  lit: readonly number[],
  place: number,
): boolean {
  const edge = edges[place];
  if (!edge) return false;
  const seen = new Set<string>([edge.source]);
  const open = [edge.source];
  for (let id = open.pop(); id !== undefined; id = open.pop())
    for (const next of from.get(id) ?? []) {
      const to = edges[next]?.target;
      if (next === place || to === undefined || (lit[next] ?? 0) < (lit[place] ?? 0)) continue;
      if (to === edge.target && id !== edge.source) return true;
      if (to === edge.target || seen.has(to)) continue;
      seen.add(to);
      open.push(to);
    }
  return false;
}

export interface Place {
  id: string;
  /** The middle of it. */
  x: number;
  y: number;
}

export type Arrow = "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown";

/** The step that an arrow key leads to: along an edge if there is one that way, else the nearest that way. */
export function stepTowards(
  from: string,
  arrow: Arrow,
  places: readonly Place[],
  edges: readonly Pick<GraphEdge, "source" | "target">[],
): string | null {
  const here = places.find((each) => each.id === from);
  if (!here) return null;
  const linked = new Set(
    edges.flatMap(({ source, target }) => (source === from ? [target] : target === from ? [source] : [])),
  );
  const that = places
    .map((place) => ({ id: place.id, ...ahead(here, place, arrow) }))
    .filter((each) => each.id !== from && each.along > 0 && each.aside <= each.along * 4);
  const best = (some: typeof that) =>
    some.toSorted((one, other) => one.along + 2 * one.aside - other.along - 2 * other.aside)[0]?.id;
  return best(that.filter((each) => linked.has(each.id))) ?? best(that) ?? null;
}

function ahead(here: Place, there: Place, arrow: Arrow): { along: number; aside: number } {
  const [x, y] = [there.x - here.x, there.y - here.y];
  switch (arrow) {
    case "ArrowRight":
      return { along: x, aside: Math.abs(y) };
    case "ArrowLeft":
      return { along: -x, aside: Math.abs(y) };
    case "ArrowDown":
      return { along: y, aside: Math.abs(x) };
    case "ArrowUp":
      return { along: -y, aside: Math.abs(x) };
  }
}
