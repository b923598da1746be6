/**
 * Which rows a waterfall has: the tree of a run, folded where it would be too much.
 *
 *     plan                        a node
 *   ▾ each_page                   one that holds others; with more than twelve inside it is folded at first
 *     ▸ iteration 1               its turns, where the telemetry numbers them
 *     ▸ iteration 2
 */
import type { DrawnNode, RunModel } from "./run_model";

const MOST_OPEN = 12;

export interface Row {
  /** `n` and a place, or `t`, the place of the loop and the turn's index. */
  key: string;
  kind: "node" | "turn";
  /** The node; of a turn its loop. */
  place: number;
  /** Which one; of a node the turn that it is of, where no row says so. */
  turn: number | null;
  depth: number;
  /** The places of what is directly inside. */
  inside: readonly number[];
  isOpen: boolean;
}

/** Which containers are open: as they are at first, all, or none; but for those that were changed since. */
export interface Folding {
  base: "first" | "all" | "none";
  changed: ReadonlySet<string>;
}

export const AT_FIRST: Folding = { base: "first", changed: new Set() };

export function toggled(folding: Folding, key: string): Folding {
  const changed = new Set(folding.changed);
  if (!changed.delete(key)) changed.add(key);
  return { ...folding, changed };
}

/** The nodes that are shown: those that `matches`, and those around them. Null: all. */
export function keptOf(model: RunModel, matches: ((node: DrawnNode) => boolean) | null): Uint8Array | null {
  if (!matches) return null;
  const kept = new Uint8Array(model.nodes.length);
  for (const node of model.nodes) {
    if (!matches(node)) continue;
    for (let place = node.place; place >= 0 && kept[place] === 0; place = model.nodes[place]?.parent ?? -1)
      kept[place] = 1;
  }
  return kept;
}

export function nameMatches(text: string): ((node: DrawnNode) => boolean) | null {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return null;
  return (node) => `${node.title}\n${node.nodeId}\n${node.type}`.toLowerCase().includes(wanted);
}

/** The rows in order. `openAll`: whatever is kept is in sight (a search). */
export function rowsOf(
  model: RunModel,
  folding: Folding,
  kept: Uint8Array | null = null,
  openAll = false,
): Row[] {
  const rows: Row[] = [];
  const isKept = (place: number) => kept === null || kept[place] === 1;
  const isOpen = (key: string, size: number) => {
    if (openAll) return true;
    const base = folding.base === "first" ? size <= MOST_OPEN : folding.base === "all";
    return base !== folding.changed.has(key);
  };
  // What is still to be listed, the next one last: no recursion, as runs may be deep.
  const waiting: { row: Row; size: number }[] = [];
  const push = (row: Omit<Row, "isOpen">, size: number) => {
    const open = row.inside.length > 0 && isOpen(row.key, size);
    waiting.push({ row: { ...row, isOpen: open }, size });
  };
  const nodeRow = (place: number, depth: number, turn: number | null = null) => {
    const inside = (model.children[place] ?? []).filter(isKept);
    const size = model.children[place]?.length ?? 0;
    push({ key: `n${place}`, kind: "node", place, turn, depth, inside }, size);
  };
  for (const place of model.roots.filter(isKept).toReversed()) nodeRow(place, 0);
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { row, size } = next;
    rows.push(row);
    if (!row.isOpen) continue;
    const turns = row.kind === "node" ? turnsOf(model, row.inside) : null;
    const isTurn = row.kind === "turn";
    if (!turns)
      for (const place of row.inside.toReversed())
        nodeRow(place, row.depth + 1, isTurn ? null : (model.nodes[place]?.turn ?? null));
    else
      for (const [turn, inside] of [...turns].toReversed())
        push(
          {
            key: `t${row.place}:${turn}`,
            kind: "turn",
            place: row.place,
            turn,
            depth: row.depth + 1,
            inside,
          },
          size,
        );
  }
  return rows;
}

/** What is inside a loop by its turn; null where turns are not numbered, there is one, or each holds one node only. */
function turnsOf(model: RunModel, inside: readonly number[]): Map<number, number[]> | null {
  const turns = new Map<number, number[]>();
  for (const place of inside) {
    const turn = model.nodes[place]?.turn ?? null;
    if (turn === null) return null;
    const known = turns.get(turn);
    if (known) known.push(place);
    else turns.set(turn, [place]);
  }
  if (turns.size < 2 || turns.size === inside.length) return null;
  return new Map([...turns].toSorted(([one], [other]) => one - other));
}

/** How many turns what is inside a node has; 0 where they are not numbered. */
export function turnCount(model: RunModel, place: number): number {
  const turns = new Set<number>();
  for (const child of model.children[place] ?? []) {
    const turn = model.nodes[child]?.turn ?? null;
    if (turn === null) return 0;
    turns.add(turn);
  }
  return turns.size;
}

/** From when to when a row is; null where that is not known. */
export function boundsOf(model: RunModel, row: Row): readonly [number, number | null] | null {
  if (row.kind === "node") {
    const node = model.nodes[row.place];
    return node?.start === null || node === undefined ? null : [node.start, node.end];
  }
  let start = Infinity;
  let end = -Infinity;
  for (const place of row.inside) {
    const node = model.nodes[place];
    if (node?.start === null || node === undefined) continue;
    start = Math.min(start, node.start);
    end = Math.max(end, node.end ?? node.start);
  }
  return start === Infinity ? null : [start, end];
}

/** The first row, but for those that are open, that begins within a part of the run's time; −1: none. */
export function firstWithin(model: RunModel, rows: readonly Row[], from: number, to: number): number {
  return rows.findIndex((row) => {
    const bounds = row.isOpen ? null : boundsOf(model, row);
    return bounds !== null && bounds[0] >= from && bounds[0] <= to;
  });
}

/** Of every place the row that shows it: its own, else that of the nearest closed one around it; −1: none. */
export function rowOfPlace(model: RunModel, rows: readonly Row[]): Int32Array {
  const found = new Int32Array(model.nodes.length).fill(-1);
  const waiting: [place: number, row: number][] = [];
  rows.forEach((row, index) => {
    if (row.kind === "node") found[row.place] = index;
    if (!row.isOpen) for (const place of row.inside) waiting.push([place, index]);
  });
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [place, row] = next;
    if (found[place] !== -1) continue;
    found[place] = row;
    for (const child of model.children[place] ?? []) waiting.push([child, row]);
  }
  return found;
}

/** Every key on the way to a node, outermost first: opened, they bring it in sight. */
export function wayTo(model: RunModel, place: number): string[] {
  const keys: string[] = [];
  for (let at = place; at >= 0;) {
    const node = model.nodes[at];
    if (!node || node.parent < 0) break;
    const turns = turnsOf(model, model.children[node.parent] ?? []);
    if (turns && node.turn !== null) keys.unshift(`t${node.parent}:${node.turn}`);
    keys.unshift(`n${node.parent}`);
    at = node.parent;
  }
  return keys;
}
