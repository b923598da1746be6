/**
 * A run as a tree of node executions, from the columns that the server sends.
 *
 * A node's `place` is its index in these columns: everything else refers to it by that number.
 */
import type { RunTimeline } from "@/api/answers";

export interface DrawnAttempt {
  number: number;
  start: number;
  end: number;
  failed: boolean;
}

/** Times are seconds since the run's start; unknown is null. */
export interface DrawnNode {
  place: number;
  id: string;
  nodeId: string;
  title: string;
  type: string;
  /** The place of the execution around it; −1 directly in the run. */
  parent: number;
  start: number | null;
  end: number | null;
  ready: number | null;
  firstToken: number | null;
  status: string | null;
  attempts: readonly DrawnAttempt[];
  tries: number;
  isCached: boolean;
  turn: number | null;
}

export interface RunModel {
  nodes: readonly DrawnNode[];
  /** The places of what is directly inside each, in order of their start. */
  children: readonly (readonly number[])[];
  roots: readonly number[];
  byId: ReadonlyMap<string, number>;
  /** Executions of a node in the run, by node id. */
  executions: ReadonlyMap<string, number>;
  /** Until when the run is drawn: its end, else the last moment that is known of it. */
  length: number;
}

/** `seenAt`: when the timeline was told, in milliseconds since the epoch: a run that is not over is drawn up to then. */
export function runModel(timeline: RunTimeline, seenAt = 0): RunModel {
  const { nodes: columns } = timeline;
  const attempts = attemptsOf(timeline);
  const parents = withoutCircles(columns.parent ?? columns.step.map(() => null));
  const nodes = columns.node_execution_id.map((id, place): DrawnNode => {
    const step = timeline.steps[columns.step[place] ?? 0];
    return {
      place,
      id,
      nodeId: step?.node_id ?? id,
      title: step?.node_title ?? id,
      type: step?.node_type ?? "",
      parent: parents[place] ?? -1,
      start: columns.start[place] ?? null,
      end: columns.end[place] ?? null,
      ready: columns.ready?.[place] ?? null,
      firstToken: columns.first_token?.[place] ?? null,
      status: columns.status[place] ?? null,
      attempts: attempts.get(place) ?? [],
      tries: columns.attempts?.[place] ?? 1,
      isCached: columns.is_cached?.[place] ?? false,
      turn: columns.iteration_index?.[place] ?? null,
    };
  });
  const children: number[][] = nodes.map(() => []);
  const roots: number[] = [];
  const executions = new Map<string, number>();
  for (const node of nodes) {
    (children[node.parent] ?? roots).push(node.place);
    executions.set(node.nodeId, (executions.get(node.nodeId) ?? 0) + 1);
  }
  const byId = new Map(nodes.map((node) => [node.id, node.place]));
  return { nodes, children, roots, byId, executions, length: lengthOf(timeline, nodes, seenAt) };
}

/** The place of a node execution; or of the first execution of a node, where the name is a node's. */
export function placeNamed({ byId, nodes }: Pick<RunModel, "byId" | "nodes">, name: string): number | null {
  const exact = byId.get(name);
  if (exact !== undefined) return exact;
  const first = nodes
    .filter((node) => node.nodeId === name)
    .reduce<DrawnNode | null>((one, next) => (one === null || begins(next) < begins(one) ? next : one), null);
  return first?.place ?? null;
}

const begins = (node: DrawnNode): number => node.start ?? Number.POSITIVE_INFINITY;

function lengthOf({ run }: RunTimeline, nodes: readonly DrawnNode[], seenAt: number): number {
  if (run.start_time !== null && run.end_time !== null && run.total_execution_time !== null)
    return run.total_execution_time;
  const known = nodes.reduce((most, node) => Math.max(most, node.end ?? 0, node.start ?? 0), 0);
  const isOpen = run.state === "running" && run.start_time !== null && run.end_time === null;
  return isOpen ? Math.max(known, (seenAt - Date.parse(run.start_time)) / 1_000) : known;
}

function attemptsOf(timeline: RunTimeline): Map<number, DrawnAttempt[]> {
  const found = new Map<number, DrawnAttempt[]>();
  for (const { node, number, status, start, end } of timeline.attempts) {
    if (start === null || end === null) continue;
    const known = found.get(node) ?? [];
    known.push({ number, start, end, failed: status === "failed" });
    found.set(node, known);
  }
  return found;
}

/** Parents as places; whoever is inside itself is directly in the run. */
function withoutCircles(told: readonly (number | null)[]): number[] {
  const parents = told.map((parent) => parent ?? -1);
  const settled = new Uint8Array(parents.length);
  for (let begin = 0; begin < parents.length; begin++) {
    const path: number[] = [];
    const onPath = new Set<number>();
    let place = begin;
    while (place >= 0 && settled[place] === 0 && !onPath.has(place)) {
      onPath.add(place);
      path.push(place);
      place = parents[place] ?? -1;
    }
    if (onPath.has(place)) for (const each of path.slice(path.indexOf(place))) parents[each] = -1;
    for (const each of path) settled[each] = 1;
  }
  return parents;
}
