/** Where changes and their bounds stand beside each other: one scale for all rows, 0 in it, nothing outside. */
export interface Span {
  change: number;
  low: number | null;
  high: number | null;
}

export interface Scale {
  low: number;
  high: number;
}

export interface Placed {
  /** All of 0 to 100, from the left. */
  change: number;
  low: number;
  high: number;
  zero: number;
  /** Where a bound lies beyond the scale: an arrow instead of an end. */
  cutLow: boolean;
  cutHigh: boolean;
}

const MOST = 1.5;
const LEAST = 0.1;
const ROOM = 1.06;

/** From the lowest to the highest bound, but not beyond ±150 %: one wild row must not make all others a dot. */
export function scaleOf(spans: readonly Span[]): Scale {
  const lows = spans.map((each) => Math.max(-MOST, each.low ?? each.change));
  const highs = spans.map((each) => Math.min(MOST, each.high ?? each.change));
  return {
    low: Math.min(-LEAST, ...lows) * ROOM,
    high: Math.max(LEAST, ...highs) * ROOM,
  };
}

export function placed(span: Span, { low, high }: Scale): Placed {
  const at = (value: number) => ((Math.min(high, Math.max(low, value)) - low) / (high - low)) * 100;
  return {
    change: at(span.change),
    low: at(span.low ?? span.change),
    high: at(span.high ?? span.change),
    zero: at(0),
    cutLow: (span.low ?? span.change) < low,
    cutHigh: (span.high ?? span.change) > high,
  };
}

/** A bar from 0 to either side, `most` being the longest: left and width, of 100. */
export function barOf(value: number, most: number): { left: number; width: number } {
  const size = most === 0 ? 0 : Math.min(1, Math.abs(value) / most) * 50;
  return { left: value < 0 ? 50 - size : 50, width: size };
}
