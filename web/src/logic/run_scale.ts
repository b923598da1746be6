/**
 * Which part of a run's time is in sight, and where its ticks are.
 *
 * Zoom ends at a millionth of the run: beyond that neighbouring places of a bar are the same number of pixels.
 */
import { significant } from "./format";

/** Seconds since the run's start. */
export interface View {
  from: number;
  to: number;
}

const CLOSEST = 1e-6;
const APART_PX = 84;

/** `view` made `factor` as wide around the moment `at`, within the run. */
export function zoomed(view: View, factor: number, at: number, length: number): View {
  const width = Math.min(length, Math.max(length * CLOSEST, (view.to - view.from) * factor));
  const share = (at - view.from) / (view.to - view.from || 1);
  return within({ from: at - width * share, to: at + width * (1 - share) }, length);
}

/** `view` moved by so many seconds, within the run. */
export function moved(view: View, by: number, length: number): View {
  return within({ from: view.from + by, to: view.to + by }, length);
}

function within({ from, to }: View, length: number): View {
  const width = Math.min(to - from, length);
  const start = Math.min(Math.max(0, from), length - width);
  return { from: start, to: start + width };
}

export interface Tick {
  at: number;
  label: string;
}

/** Ticks at round moments, about as far apart as their labels need: steps of 1, 2 and 5 tens, or of minutes and hours. */
export function ticks(view: View, width: number): Tick[] {
  const span = view.to - view.from;
  if (span <= 0 || width <= 0) return [];
  const step = stepFor((span / width) * APART_PX);
  const found: Tick[] = [];
  for (let number = Math.ceil(view.from / step - 1e-9); number * step <= view.to * (1 + 1e-12); number++)
    found.push({ at: number * step, label: label(number * step, step) });
  return found;
}

const LONG_STEPS = [60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200, 86_400];

function stepFor(least: number): number {
  if (least > 30) return LONG_STEPS.find((step) => step >= least) ?? Math.ceil(least / 86_400) * 86_400;
  const power = 10 ** Math.floor(Math.log10(least));
  const times = [1, 2, 5, 10].find((each) => each * power >= least * (1 - 1e-9)) ?? 10;
  return times * power;
}

/** A moment in the unit that its step is told in, so that all ticks of an axis read alike. */
function label(at: number, step: number): string {
  if (at === 0) return "0";
  if (step >= 60) return clock(at);
  const [unit, each] = step >= 0.1 ? ["s", 1] : step >= 1e-4 ? ["ms", 1e-3] : ["µs", 1e-6];
  const digits = Math.max(0, Math.ceil(-Math.log10(step / each) - 1e-9));
  return `${(at / each).toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${unit}`;
}

function clock(at: number): string {
  const minutes = Math.round(at / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)} h${rest ? ` ${significant(rest)} min` : ""}`;
}
