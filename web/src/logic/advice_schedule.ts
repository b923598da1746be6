/**
 * Steps one after the other, and the same side by side, with the times that they really take.
 *
 * Which of them still wait for one another the advice does not say. So it is drawn only where what all of them side
 * by side would save is about what the replay of whole runs came to; else the picture would promise another thing.
 */
import { advice } from "@/strings/advice";

import { type Loose, estimateOf } from "./advice_figures";
import type { Lane, Sketch } from "./advice_sketch";
import { duration } from "./format";

export interface Timed {
  id: string;
  name: string;
  /** The median of its executions. */
  seconds: number;
}

const MOST_STEPS = 8;
const ABOUT = 0.4;

export function scheduleSketch(rule: string | null, steps: readonly Timed[], estimate: Loose): Sketch | null {
  const found = estimateOf(estimate);
  if (!rule?.startsWith("parallel_opportunities.branches") || found === null) return null;
  if (steps.length < 2 || steps.length > MOST_STEPS) return null;
  const all = steps.reduce((sum, step) => sum + step.seconds, 0);
  const longest = Math.max(...steps.map((step) => step.seconds));
  const saved = found.baseline - found.expected;
  if (saved <= 0 || Math.abs(all - longest - saved) > ABOUT * saved) return null;
  let at = 0;
  const before = steps.map((step): Lane => {
    const from = at;
    at += step.seconds;
    return { name: step.name, pieces: [{ from, to: at, kind: "critical" }], end: duration(step.seconds) };
  });
  const after = steps.map((step): Lane => ({
    name: step.name,
    pieces: [{ from: 0, to: step.seconds, kind: step.seconds === longest ? "critical" : "work" }],
    end: duration(step.seconds),
  }));
  return { before, after, note: `${advice.sketch.parallel} ${advice.sketch.scale}` };
}
