/**
 * How hot a step is in the view that was chosen: its figure, its part of the scale, one of five levels.
 *
 * The scale ends at a round figure at or above the greatest one, so that the hottest step is always plain to see;
 * the legend says where it ends. Unknown is not zero: it has no level.
 */
import { money, percent } from "./format";
import type { Measured, Step, View } from "./graph_figures";

export const LEVELS = 5;

export interface Scale {
  view: View;
  /** Where it ends; null where nothing is known. */
  most: number | null;
}

export interface Heat {
  /** What it comes to, as people read it. */
  text: string;
  /** 0–1 of the scale; null where it is not known. */
  part: number | null;
  /** 0 (none of it) to `LEVELS`. */
  level: number;
}

const COLD: Heat = { text: "–", part: null, level: 0 };

export function valueOf(measured: Measured | null, view: View): number | null {
  if (measured === null) return null;
  switch (view) {
    case "time":
      return measured.criticalShare;
    case "cost":
      return measured.cost;
    case "errors":
      return measured.errorRate;
    case "cache":
      return measured.hitRatio;
  }
}

/** A value of the view, written as people read it. */
export function written(value: number | null, view: View): string {
  return view === "cost" ? money(value) : percent(value);
}

export function scaleOf(steps: Iterable<Step>, view: View): Scale {
  let most: number | null = null;
  for (const { measured } of steps) {
    const value = valueOf(measured, view);
    if (value !== null && (most === null || value > most)) most = value;
  }
  if (most === null) return { view, most };
  if (view === "cache") return { view, most: 1 };
  const round = rounded(most);
  return { view, most: view === "cost" ? round : Math.min(1, round || 1) };
}

/** The next of 1, 2, 3, 4, 5, 6, 8, 10, 20 … and so on, at or above the value; 0 for 0. */
export function rounded(value: number): number {
  if (value <= 0) return 0;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 3, 4, 5, 6, 8, 10].find((each) => value <= each * power * (1 + 1e-9)) ?? 10;
  return Number((step * power).toPrecision(1));
}

export function heatOf(measured: Measured | null, scale: Scale): Heat {
  const value = valueOf(measured, scale.view);
  if (value === null || scale.most === null) return COLD;
  const part = scale.most > 0 ? Math.min(1, value / scale.most) : 0;
  return { text: written(value, scale.view), part, level: Math.ceil(part * LEVELS) };
}
