/** The paths of a line without axes: from 0 to its greatest value, with a gap wherever a value is unknown. */
export interface SparkPath {
  line: string;
  area: string;
  /** Where the last known value is drawn; null without one. */
  last: readonly [number, number] | null;
}

const ROOM = 2;

export function sparkPath(values: readonly (number | null)[], width: number, height: number): SparkPath {
  const greatest = Math.max(...values.map((each) => each ?? 0), 0) || 1;
  const step = values.length > 1 ? (width - 2 * ROOM) / (values.length - 1) : 0;
  const round = (value: number) => Math.round(value * 10) / 10;
  const base = height - ROOM;
  const pieces: [number, number][][] = [];
  values.forEach((value, place) => {
    if (value === null) return;
    const point: [number, number] = [
      round(ROOM + place * step),
      round(base - (value / greatest) * (height - 2 * ROOM)),
    ];
    if (place > 0 && values[place - 1] !== null) pieces.at(-1)?.push(point);
    else pieces.push([point]);
  });
  const line = pieces.map((piece) => `M${piece.map((point) => point.join(" ")).join("L")}`).join("");
  const area = pieces
    .filter((piece) => piece.length > 1)
    .map(
      (piece) =>
        `M${piece[0]?.[0] ?? 0} ${base}L${piece.map((point) => point.join(" ")).join("L")}L${piece.at(-1)?.[0] ?? 0} ${base}Z`,
    )
    .join("");
  return { line, area, last: pieces.at(-1)?.at(-1) ?? null };
}
