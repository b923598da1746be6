/**
 * The steps of a graph beside what was measured of them.
 *
 * The server has already called the graph's steps as runs call them; what is left is to find the figures of each.
 * A step that ran inside of several others has figures in each of them: those of its own container count, else all.
 * Nothing that was measured is dropped: figures that belong to no step of the graph are told apart, as strays.
 */
import type { Bottleneck, Graph, GraphNode, NodeFigures, NodeTypeFigures } from "@/api/answers";

/** What a step can be coloured by. */
export const VIEWS = ["time", "cost", "errors", "cache"] as const;
export type View = (typeof VIEWS)[number];

export interface Measured {
  executions: number;
  /** 0–1: its share of all critical time; 0 where it was never on the path. */
  criticalShare: number;
  /** 0–1: in how many of the runs it was on the critical path. */
  onPath: number;
  /** US dollars; null where no price is known. */
  cost: number | null;
  /** 0–1; null where no execution ended. */
  errorRate: number | null;
  /** 0–1: how many executions were answered by a cache. */
  hitRatio: number | null;
}

export interface Step {
  node: GraphNode;
  measured: Measured | null;
}

/** Measured, but no step of the graph. */
export interface Stray {
  node_id: string;
  title: string;
  type: string;
  inside: string | null;
  measured: Measured;
}

export interface Joined {
  steps: ReadonlyMap<string, Step>;
  strays: readonly Stray[];
}

type Named = Pick<NodeFigures, "node_id" | "node_title" | "enclosing_node_id">;

export function joined(
  graph: Graph,
  types: readonly NodeTypeFigures[],
  bottlenecks: readonly Bottleneck[],
): Joined {
  const figures = types.flatMap((each) => each.nodes);
  const own = ownersOf(graph, [...figures, ...bottlenecks]);
  const steps = new Map<string, Step>();
  for (const node of graph.nodes) {
    const of = (each: Named) => own.get(keyOf(each)) === node.node_id;
    steps.set(node.node_id, { node, measured: measuredOf(figures.filter(of), bottlenecks.filter(of)) });
  }
  const loose = figures.filter((each) => !own.has(keyOf(each)));
  return { steps, strays: loose.flatMap((each) => strayOf(each, bottlenecks)) };
}

/** Which step each of the measured belongs to: by id, and where no step has that id, by a title that only one bears. */
function ownersOf(graph: Graph, measured: readonly Named[]): Map<string, string> {
  const byId = new Map(graph.nodes.map((node) => [node.node_id, node]));
  const byTitle = new Map<string, GraphNode | null>();
  for (const node of graph.nodes) byTitle.set(node.node_title, byTitle.has(node.node_title) ? null : node);
  const found = new Map<string, Map<string, Named>>();
  for (const each of measured) {
    const step = byId.get(each.node_id) ?? byTitle.get(each.node_title);
    if (!step) continue;
    const all = found.get(step.node_id) ?? new Map<string, Named>();
    found.set(step.node_id, all.set(keyOf(each), each));
  }
  const owners = new Map<string, string>();
  for (const [step, all] of found) {
    const container = byId.get(step)?.container_id ?? null;
    const exact = [...all].filter(([, each]) => each.enclosing_node_id === container);
    for (const [key] of exact.length > 0 ? exact : all) owners.set(key, step);
  }
  return owners;
}

function keyOf(each: Named): string {
  return JSON.stringify([each.node_id, each.enclosing_node_id]);
}

function measuredOf(
  figures: readonly NodeFigures[],
  bottlenecks: readonly Pick<Bottleneck, "critical_share" | "on_path_share" | "execution_count">[],
): Measured | null {
  if (figures.length === 0 && bottlenecks.length === 0) return null;
  const executions = sum(figures.map((each) => each.execution_count));
  const costs = figures.flatMap((each) => (each.cost === null ? [] : [each.cost]));
  const known = figures.filter((each) => each.error_rate !== null);
  const ended = sum(known.map((each) => each.execution_count));
  const failed = sum(known.map((each) => (each.error_rate ?? 0) * each.execution_count));
  return {
    executions: figures.length > 0 ? executions : sum(bottlenecks.map((each) => each.execution_count)),
    criticalShare: sum(bottlenecks.map((each) => each.critical_share)),
    onPath: Math.max(0, ...bottlenecks.map((each) => each.on_path_share)),
    cost: costs.length > 0 ? sum(costs) : null,
    errorRate: ended > 0 ? failed / ended : null,
    hitRatio: executions > 0 ? sum(figures.map((each) => each.cache_hits)) / executions : null,
  };
}

function strayOf(each: NodeFigures, bottlenecks: readonly Bottleneck[]): Stray[] {
  const critical = bottlenecks.filter((other) => keyOf(other) === keyOf(each));
  const measured = measuredOf([each], critical);
  const { node_id, node_title: title, node_type: type, enclosing_node_id: inside } = each;
  return measured ? [{ node_id, title, type, inside, measured }] : [];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, each) => total + each, 0);
}
