/** How far `b` lies from `a`, as people read it: `+18 %`, `+12 % to +25 %`, `+1.2 points`. */
import type { ComparedFigure, DifferenceFigures } from "@/api/answers";

import { UNKNOWN, change, duration, inUnit, significant } from "./format";

type Told = Pick<ComparedFigure, "effect" | "unit">;

/** The difference that the verdict is about. */
export const judged = (figure: ComparedFigure): DifferenceFigures | null => figure.adjusted ?? figure.raw;

/** A change as it is drawn: ratios and shares alike in hundredths, 0 where nothing changed. */
export function asPoint(value: number, { effect, unit }: Told): number {
  if (effect === "ratio") return value - 1;
  return unit === "percent" ? value / 100 : value;
}

export function changeText(value: number | null, told: Told): string {
  if (value === null) return UNKNOWN;
  if (told.effect === "ratio") return change(value - 1);
  if (told.unit === "ratio" || told.unit === "percent") {
    const points = told.unit === "ratio" ? value * 100 : value;
    return `${signed(points, 0.005)} points`;
  }
  return told.unit === "s" ? withSign(value, duration(Math.abs(value))) : signed(value, 0.0005);
}

function signed(value: number, nothing: number): string {
  if (Math.abs(value) < nothing) return "±0";
  return withSign(value, significant(Math.abs(value), 2));
}

function withSign(value: number, text: string): string {
  return value === 0 ? text : `${value > 0 ? "+" : "−"}${text}`;
}

/** `+12 % to +25 %`; without bounds empty. */
export function boundsText(found: Pick<DifferenceFigures, "low" | "high">, told: Told): string {
  if (found.low === null || found.high === null) return "";
  const [low, high] = [changeText(found.low, told), changeText(found.high, told)];
  return `${low.replace(" points", "")} to ${high}`;
}

/** Seconds that a node makes a run longer: `+659 ms`. */
export const shiftText = (seconds: number | null): string =>
  seconds === null ? UNKNOWN : withSign(seconds, duration(Math.abs(seconds)));

/** A figure's own value. */
export const figureText = (value: number | undefined, unit: string): string => inUnit(value, unit);
