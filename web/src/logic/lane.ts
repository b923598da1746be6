/**
 * Where the labels of instants stand beside each other above a chart, so that none covers another.
 *
 *     │v14          │v15      │v1…│v17          a label takes the room up to the next one, and no more
 */
export interface Mark<T> {
  at: number;
  what: T;
}

export interface Placed<T> {
  /** Pixels from the left. */
  x: number;
  /** The room for its label; 0: none, only the mark itself is drawn. */
  room: number;
  what: T;
}

const LEAST_ROOM = 26;
const BETWEEN = 8;

/** Places marks between `from` and `until` on `width` pixels; those outside are left out. */
export function placed<T>(
  marks: readonly Mark<T>[],
  from: number,
  until: number,
  width: number,
): Placed<T>[] {
  const inside = marks
    .filter((each) => each.at >= from && each.at <= until)
    .toSorted((one, other) => one.at - other.at);
  const x = (at: number) => ((at - from) / (until - from || 1)) * width;
  return inside.map((each, place) => {
    const next = inside[place + 1];
    const room = (next ? x(next.at) : width) - x(each.at) - BETWEEN;
    return { x: x(each.at), room: room < LEAST_ROOM ? 0 : room, what: each.what };
  });
}

/** Marks that would cover each other, as one: those whose places are nearer than `least` pixels. */
export function grouped<T>(marks: readonly Placed<T>[], least: number): Placed<T[]>[] {
  const groups: Placed<T[]>[] = [];
  for (const each of marks) {
    const last = groups.at(-1);
    if (last && each.x - last.x < least) last.what.push(each.what);
    else groups.push({ ...each, what: [each.what] });
  }
  return groups;
}
