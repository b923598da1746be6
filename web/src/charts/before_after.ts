/** Bars of one figure on one scale, with their intervals: places as shares of the width, from 0. */
export interface Bar {
  name: string;
  value: number;
  low?: number | null;
  high?: number | null;
  /** From here to `from`, what is not there any more is drawn hollow. */
  from?: number | null;
  kind: "before" | "expected" | "measured";
}

export interface PlacedBar extends Bar {
  /** Of the width, in per cent. */
  width: number;
  /** The hollow part behind it; null: there is none. */
  ghost: { left: number; width: number } | null;
  interval: { left: number; width: number } | null;
}

/** Room behind the longest bar, so that its interval's end is seen. */
const ROOM = 0.97;

export function placed(bars: readonly Bar[]): PlacedBar[] {
  const greatest = Math.max(...bars.flatMap((bar) => [bar.value, bar.high ?? 0, bar.from ?? 0]), 0);
  const at = (value: number) => (greatest > 0 ? (Math.max(value, 0) / greatest) * 100 * ROOM : 0);
  return bars.map((bar) => ({
    ...bar,
    width: at(bar.value),
    ghost: typeof bar.from === "number" && bar.from > bar.value ? between(at(bar.value), at(bar.from)) : null,
    interval:
      typeof bar.low === "number" && typeof bar.high === "number" && bar.high > bar.low
        ? between(at(bar.low), at(bar.high))
        : null,
  }));
}

function between(left: number, right: number): { left: number; width: number } {
  return { left, width: right - left };
}

/** What colour a unit's bars have: as everywhere else. */
export function toneOf(unit: string): "critical" | "cost" | "error" | "work" {
  if (unit === "s") return "critical";
  if (unit === "usd") return "cost";
  return unit === "ratio" ? "error" : "work";
}
