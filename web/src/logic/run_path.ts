/**
 * The critical path as it is drawn: on which node's row each stretch lies, and where the path goes from row to row.
 *
 *     fetch   ████████┐            link at the end of `fetch`, from its row to that of `answer`
 *     answer          └▒▒█████     ▒ nothing ran: drawn before the node that came next
 *
 * Its segments tile the run, so each begins where the one before it ends: their lengths are enough.
 */
import type { CriticalPath } from "@/api/answers";

import type { RunModel } from "./run_model";

export interface Stretch {
  start: number;
  end: number;
  kind: string;
  /** Whose row it is drawn on. */
  place: number;
}

export interface Link {
  at: number;
  from: number;
  to: number;
}

export interface DrawnPath {
  stretches: readonly Stretch[];
  byPlace: ReadonlyMap<number, readonly Stretch[]>;
  links: readonly Link[];
  /** Seconds that each node worked on the path. */
  worked: ReadonlyMap<number, number>;
  waited: number;
  total: number;
}

export const NO_PATH: DrawnPath = {
  stretches: [],
  byPlace: new Map(),
  links: [],
  worked: new Map(),
  waited: 0,
  total: 0,
};

export function drawnPath(path: CriticalPath | undefined, model: RunModel): DrawnPath {
  if (!path) return NO_PATH;
  const stretches = stretchesOf(path, model);
  const byPlace = new Map<number, Stretch[]>();
  const worked = new Map<number, number>();
  const links: Link[] = [];
  let waited = 0;
  let before: Stretch | undefined;
  for (const each of stretches) {
    const here = byPlace.get(each.place);
    if (here) here.push(each);
    else byPlace.set(each.place, [each]);
    if (each.kind === "work") worked.set(each.place, (worked.get(each.place) ?? 0) + each.end - each.start);
    else waited += each.end - each.start;
    if (before && before.place !== each.place)
      links.push({ at: each.start, from: before.place, to: each.place });
    before = each;
  }
  return { stretches, byPlace, links, worked, waited, total: path.total_seconds };
}

function stretchesOf(path: CriticalPath, model: RunModel): Stretch[] {
  const found: Stretch[] = [];
  let start = 0;
  for (const { node_execution_id, kind, seconds } of path.segments) {
    // What the engine took is nobody's: neither the run's nor that of a loop around.
    const isNobodys = node_execution_id === null || kind === "engine_overhead";
    const place = isNobodys ? -1 : (model.byId.get(node_execution_id) ?? -1);
    found.push({ start, end: start + seconds, kind, place });
    start += seconds;
  }
  // What nobody did is drawn before what came next; after the last one, behind it.
  let next = -1;
  for (const each of found.toReversed())
    if (each.place === -1) each.place = next;
    else next = each.place;
  let last = -1;
  for (const each of found)
    if (each.place === -1) each.place = last;
    else last = each.place;
  return found.filter((each) => each.place !== -1);
}

export interface StripPart {
  /** Shares of the run's time, 0 to 1. */
  from: number;
  to: number;
  isWait: boolean;
}

/** The path as one strip of at most so many parts: worked or waited, whichever was more of a part. */
export function strip(path: DrawnPath, length: number, parts: number): StripPart[] {
  return stripOf(path.stretches, 0, length, parts);
}

function stripOf(stretches: readonly Stretch[], start: number, end: number, parts: number): StripPart[] {
  if (end <= start) return [];
  const waits = new Float64Array(parts);
  const size = (end - start) / parts;
  for (const each of stretches) {
    const sign = each.kind === "work" ? -1 : 1;
    const last = Math.min(parts - 1, Math.floor((each.end - start) / size));
    for (let part = Math.max(0, Math.floor((each.start - start) / size)); part <= last; part++) {
      const upTo = Math.min(each.end, start + (part + 1) * size);
      const lasted = upTo - Math.max(each.start, start + part * size);
      waits[part] = (waits[part] ?? 0) + sign * Math.max(0, lasted);
    }
  }
  const found: StripPart[] = [];
  waits.forEach((wait, part) => {
    if (wait === 0) return;
    const isWait = wait > 0;
    const before = found.at(-1);
    if (before?.isWait === isWait && before.to === part / parts) before.to = (part + 1) / parts;
    else found.push({ from: part / parts, to: (part + 1) / parts, isWait });
  });
  return found;
}

/** Of more stretches on one row than this, only what can be seen of them is drawn. */
const MOST_EXACT = 300;

const within = new WeakMap<DrawnPath, WeakMap<readonly number[], readonly Stretch[]>>();

/** Everything of the path that lies on a folded row: its own and that of all inside, neighbours of a kind made one. */
export function stretchesInside(
  model: RunModel,
  path: DrawnPath,
  place: number | null,
  inside: readonly number[],
): readonly Stretch[] {
  const known = within.get(path) ?? new WeakMap<readonly number[], readonly Stretch[]>();
  within.set(path, known);
  const before = known.get(inside);
  if (before) return before;
  const found: Stretch[] = place === null ? [] : [...(path.byPlace.get(place) ?? [])];
  const waiting = [...inside];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const each of path.byPlace.get(next) ?? []) found.push(each);
    for (const child of model.children[next] ?? []) waiting.push(child);
  }
  const made = joined(found);
  known.set(inside, made);
  return made;
}

/** Stretches in order, neighbours of a kind made one; of very many only what can be seen of them. */
function joined(stretches: Stretch[]): readonly Stretch[] {
  const ordered = stretches.toSorted((one, other) => one.start - other.start);
  const [start, end, place] = [ordered[0]?.start ?? 0, ordered.at(-1)?.end ?? 0, ordered[0]?.place ?? -1];
  if (ordered.length > MOST_EXACT)
    return stripOf(ordered, start, end, MOST_EXACT).map(({ from, to, isWait }) => ({
      start: start + from * (end - start),
      end: start + to * (end - start),
      kind: isWait ? "queue" : "work",
      place,
    }));
  const made: Stretch[] = [];
  for (const each of ordered) {
    const before = made.at(-1);
    if (before?.kind === each.kind && each.start - before.end < 1e-6)
      before.end = Math.max(before.end, each.end);
    else made.push({ ...each });
  }
  return made;
}

/** The node that worked most on the path, all its executions together. */
export function longestNode(
  model: RunModel,
  path: DrawnPath,
): { title: string; seconds: number; executions: number } | null {
  const byNode = new Map<string, { title: string; seconds: number; executions: number }>();
  for (const [place, seconds] of path.worked) {
    const node = model.nodes[place];
    if (!node) continue;
    const known = byNode.get(node.nodeId) ?? { title: node.title, seconds: 0, executions: 0 };
    byNode.set(node.nodeId, { ...known, seconds: known.seconds + seconds, executions: known.executions + 1 });
  }
  const ranked = [...byNode.values()].toSorted((one, other) => other.seconds - one.seconds);
  return ranked[0] ?? null;
}
