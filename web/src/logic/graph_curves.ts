/**
 * How an edge runs from one box to another: smooth, level where it leaves and arrives, straight past boxes between.
 */
export interface Point {
  x: number;
  y: number;
}

interface Rectangle extends Point {
  width: number;
  height: number;
}

export interface Way {
  /** The `d` of an SVG path. */
  path: string;
  /** Where a label stands: shortly before the end, where ways to different steps have parted. */
  label: Point;
}

/** Room for the head of an arrow. */
const HEAD = 8;
/** How far a way that leads back swings out below (or beside) the boxes. */
const SWING = 26;

/**
 * @param bends As dagre gives them: a point per layer passed and one between each two, ends included.
 * @param beside The boxes that it may pass.
 */
export function curve(
  source: Rectangle,
  target: Rectangle,
  bends: readonly Point[],
  beside: readonly Rectangle[],
  direction: "LR" | "TB",
): Way {
  const flipped = direction === "TB";
  const [from, to] = flipped ? [turned(source), turned(target)] : [source, target];
  const points = flipped ? bends.map(({ x, y }) => ({ x: y, y: x })) : bends;
  const others = flipped ? beside.map(turned) : beside;
  const way = isBack(from, to) ? backwards(from, to) : forwards(from, to, points, others);
  const path = way.map((piece) => written(piece, flipped)).join(" ");
  const end = { x: to.x, y: to.y + to.height / 2 };
  const last = way.at(-1)?.at(0) ?? end;
  const label = isBack(from, to)
    ? { x: (from.x + to.x + to.width) / 2, y: Math.max(from.y + from.height, to.y + to.height) + SWING }
    : { x: end.x - Math.min(46, (end.x - last.x) / 2), y: end.y };
  return { path, label: flipped ? { x: label.y, y: label.x } : label };
}

function turned({ x, y, width, height }: Rectangle): Rectangle {
  return { x: y, y: x, width: height, height: width };
}

const isBack = (from: Rectangle, to: Rectangle) => to.x < from.x + from.width - 1;

type Piece = readonly Point[]; // one point: go there; two: a line; four: a cubic curve

function forwards(
  from: Rectangle,
  to: Rectangle,
  bends: readonly Point[],
  others: readonly Rectangle[],
): Piece[] {
  const start = { x: from.x + from.width, y: from.y + from.height / 2 };
  const end = { x: to.x - HEAD, y: to.y + to.height / 2 };
  const stops = [start];
  // What is wider in its layer stands in the way until there: bends are made between layers only.
  const leaves = from.x + from.width / 2 + halfOf(others, from.x + from.width / 2);
  const arrives = to.x + to.width / 2 - halfOf(others, to.x + to.width / 2);
  const isClear = start.x <= leaves && leaves < arrives && arrives <= to.x;
  if (isClear && leaves > start.x + 1) stops.push({ x: leaves, y: start.y });
  // Those at even places are beside boxes of a layer in between: past these it runs straight.
  for (const [place, bend] of bends.slice(1, -1).entries())
    if (place % 2 === 1) {
      const half = halfOf(others, bend.x);
      if (bend.x - half > start.x && bend.x + half < end.x)
        stops.push({ x: bend.x - half, y: bend.y }, { x: bend.x + half, y: bend.y });
    }
  if (isClear && arrives < end.x - 1) stops.push({ x: arrives, y: end.y });
  stops.push(end);
  const pieces: Piece[] = [[start]];
  for (let place = 1; place < stops.length; place++) {
    const [one, other] = [stops[place - 1] ?? start, stops[place] ?? end];
    const middle = (one.x + other.x) / 2;
    pieces.push([one, { x: middle, y: one.y }, { x: middle, y: other.y }, other]);
  }
  return pieces;
}

/** Half of the widest box of the layer whose middle is there. */
function halfOf(boxes: readonly Rectangle[], middle: number): number {
  const there = boxes.filter(({ x, width }) => Math.abs(x + width / 2 - middle) < 1);
  return Math.max(0, ...there.map(({ width }) => width)) / 2;
}

/** Out at the lower side, back below both, in at the lower side. */
function backwards(from: Rectangle, to: Rectangle): Piece[] {
  const same = from.x === to.x && from.y === to.y;
  const start = { x: from.x + from.width * (same ? 0.75 : 0.5), y: from.y + from.height };
  const end = { x: to.x + to.width * (same ? 0.25 : 0.5), y: to.y + to.height + HEAD };
  const low = Math.max(start.y, end.y) + SWING * 1.35;
  return [[start], [start, { x: start.x, y: low }, { x: end.x, y: low }, end]];
}

function written(piece: Piece, flipped: boolean): string {
  const pairs = (flipped ? piece.map(({ x, y }) => ({ x: y, y: x })) : piece).map(
    ({ x, y }) => `${Math.round(x * 10) / 10},${Math.round(y * 10) / 10}`,
  );
  return piece.length === 1 ? `M${pairs[0] ?? ""}` : `C${pairs.slice(1).join(" ")}`;
}
