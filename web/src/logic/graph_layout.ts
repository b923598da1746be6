/**
 * Where the steps of a graph stand, and how its edges run.
 *
 * Layers by dagre, from left to right or from top to bottom. A container is laid out by itself first and then
 * stands, as large as what is inside of it, among the steps around it: an edge that crosses its border counts for
 * the layout as one to the container, and is drawn to the step that it means.
 *
 * Invariant: steps of one container never overlap, and all of them are inside of it.
 */
import { Graph as Layers, layout as arranged } from "@dagrejs/dagre";

import type { Graph } from "@/api/answers";

import { containersOf } from "./graph_containers";
import { curve, type Point, type Way } from "./graph_curves";
import { decisive } from "./graph_effort";

/** How large a step is: narrower where steps beside each other must find room. */
export const STEPS = { LR: { width: 172, height: 56 }, TB: { width: 150, height: 56 } } as const;
const HEAD = 46;
const INSET = 14;
/** Between steps beside each other, and between layers; where branches have names, these must find room. */
const GAPS = {
  LR: { nodesep: 16, ranksep: 60, named: 88 },
  TB: { nodesep: 12, ranksep: 40, named: 44 },
} as const;
const TIGHT = { LR: { nodesep: 16, ranksep: 40, named: 72 }, TB: GAPS.TB } as const;

export interface Box {
  id: string;
  container: string | null;
  isContainer: boolean;
  /** From the upper left corner of the drawing. */
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Laid {
  /** From the first layer to the last. */
  boxes: readonly Box[];
  /** In the order of the graph's edges: as the `d` of an SVG path, and where its label stands. */
  ways: readonly Way[];
  width: number;
  height: number;
}

export type Direction = "LR" | "TB";

interface Level {
  width: number;
  height: number;
  at: Map<string, Point>;
  /** By place of the edge: the points between its ends. */
  bends: Map<number, readonly Point[]>;
}

/**
 * @param room Where layers are wider than that in all, they move closer together.
 */
export function laidOut(graph: Graph, direction: Direction, room = Infinity): Laid {
  const roomy = laidWith(graph, direction, GAPS[direction]);
  return roomy.width > room ? laidWith(graph, direction, TIGHT[direction]) : roomy;
}

interface Size {
  width: number;
  height: number;
}

interface Gaps {
  nodesep: number;
  ranksep: number;
  named: number;
}

function laidWith(graph: Graph, direction: Direction, gaps: Gaps): Laid {
  const parents = containersOf(graph);
  const children = new Map<string | null, string[]>();
  for (const { node_id } of graph.nodes) {
    const parent = parents.get(node_id) ?? null;
    children.set(parent, [...(children.get(parent) ?? []), node_id]);
  }
  const sizes = new Map<string, Size>();
  const levels = new Map<string | null, Level>();
  const inner = (container: string | null): Level => {
    const ids = children.get(container) ?? [];
    for (const id of ids) {
      if (!children.has(id)) sizes.set(id, STEPS[direction]);
      else {
        const level = inner(id);
        sizes.set(id, {
          width: Math.max(STEPS[direction].width, level.width + 2 * INSET),
          height: level.height + HEAD + INSET,
        });
      }
    }
    const level = arrange(graph, direction, gaps, ids, sizes, parents);
    levels.set(container, level);
    return level;
  };
  const whole = inner(null);
  const boxes = boxesOf(children, levels, sizes);
  const ways = graph.edges.map((_, place) => wayOf(graph, place, boxes, levels, direction));
  return {
    boxes: [...boxes.values()].toSorted(byPlace(direction)),
    ways,
    width: whole.width,
    height: whole.height,
  };
}

/** The ancestor of a step (or itself) that stands among `ids`; undefined where it is elsewhere. */
function lifted(id: string, ids: ReadonlySet<string>, parents: ReadonlyMap<string, string>) {
  for (let each: string | undefined = id; each !== undefined; each = parents.get(each))
    if (ids.has(each)) return each;
  return undefined;
}

function arrange(
  graph: Graph,
  direction: Direction,
  gaps: Gaps,
  ids: readonly string[],
  sizes: ReadonlyMap<string, Size>,
  parents: ReadonlyMap<string, string>,
): Level {
  const layers = new Layers({ multigraph: true });
  const among = new Set(ids);
  const inLevel = graph.edges
    .map((edge, place) => ({ ...edge, place, from: lifted(edge.source, among, parents), to: lifted(edge.target, among, parents) }))
    .filter((edge) => edge.from !== undefined && edge.to !== undefined && edge.from !== edge.to)
    .map((edge) => ({ ...edge, from: String(edge.from), to: String(edge.to) })); // prettier-ignore
  const holding = decisive(ids, inLevel);
  const ranksep = inLevel.some((edge) => edge.branch !== null) ? gaps.named : gaps.ranksep;
  layers.setGraph({ rankdir: direction, nodesep: gaps.nodesep, ranksep, marginx: 0, marginy: 0 });
  layers.setDefaultEdgeLabel(() => ({}));
  for (const id of ids) layers.setNode(id, { ...sizeOf(sizes, id) });
  for (const { from, to, place } of holding) layers.setEdge(from, to, {}, String(place));
  arranged(layers);
  const at = new Map<string, Point>();
  for (const id of ids) {
    const { x = 0, y = 0, width = 0, height = 0 } = layers.node(id) as Partial<Point & Box>;
    at.set(id, { x: x - width / 2, y: y - height / 2 });
  }
  const bends = new Map<number, readonly Point[]>();
  for (const { from, to, place } of holding) {
    const { points } = layers.edge({ v: from, w: to, name: String(place) }) as {
      points: readonly Point[];
    };
    bends.set(place, points);
  }
  const { width = 0, height = 0 } = layers.graph() as { width?: number; height?: number };
  return { width: Math.max(0, width), height: Math.max(0, height), at, bends };
}

function boxesOf(
  children: ReadonlyMap<string | null, readonly string[]>,
  levels: ReadonlyMap<string | null, Level>,
  sizes: ReadonlyMap<string, Size>,
): Map<string, Box> {
  const boxes = new Map<string, Box>();
  const place = (container: string | null, origin: Point) => {
    for (const id of children.get(container) ?? []) {
      const at = levels.get(container)?.at.get(id) ?? { x: 0, y: 0 };
      const [x, y] = [origin.x + at.x, origin.y + at.y];
      boxes.set(id, { id, container, isContainer: children.has(id), x, y, ...sizeOf(sizes, id) });
      if (children.has(id)) place(id, { x: x + INSET, y: y + HEAD });
    }
  };
  place(null, { x: 0, y: 0 });
  return boxes;
}

/** As one reads: along the layers; containers come before what is inside of them. */
function byPlace(direction: Direction): (one: Box, other: Box) => number {
  return direction === "LR"
    ? (one, other) => one.x - other.x || one.y - other.y
    : (one, other) => one.y - other.y || one.x - other.x;
}

function sizeOf(sizes: ReadonlyMap<string, Size>, id: string): Size {
  return sizes.get(id) ?? { width: 0, height: 0 };
}

function wayOf(
  graph: Graph,
  place: number,
  boxes: ReadonlyMap<string, Box>,
  levels: ReadonlyMap<string | null, Level>,
  direction: Direction,
): Way {
  const edge = graph.edges[place];
  const [source, target] = [boxes.get(edge?.source ?? ""), boxes.get(edge?.target ?? "")];
  if (!source || !target) return { path: "", label: { x: 0, y: 0 } };
  const isPlain = source.container === target.container;
  const corner = source.container === null ? undefined : boxes.get(source.container);
  const shift = corner ? { x: corner.x + INSET, y: corner.y + HEAD } : { x: 0, y: 0 };
  const bends = isPlain ? (levels.get(source.container)?.bends.get(place) ?? []) : [];
  const moved = bends.map((each) => ({ x: each.x + shift.x, y: each.y + shift.y }));
  // Beside which boxes a way runs straight: those of the layer that it passes, at their widest.
  const beside = [...boxes.values()].filter((box) => box.container === source.container);
  return curve(source, target, moved, beside, direction);
}
