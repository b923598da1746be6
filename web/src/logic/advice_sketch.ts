/**
 * A picture of one step or one run, now and with the change, drawn from nothing but what the advice itself knows.
 *
 *     now    ██✗··········██     with the change    ██✗·██
 *
 * Null where its figures are not enough for one.
 */
import { type Loose, numberOf, textOf } from "./advice_figures";
import { cacheSketch, hundredSketch, prefixSketch, ttlSketch } from "./advice_sketch_shares";
import { itemsSketch, loopSketch, queueSketch, slowSketch, timeoutSketch } from "./advice_sketch_times";
import { attemptsSketch, missingSketch, waitSketch } from "./advice_sketch_retries";
import { driftSketch, growthSketch } from "./advice_sketch_tokens";

export type PieceKind = "work" | "critical" | "waiting" | "failed" | "cache" | "cost";

/** From where to where, in whatever the picture is drawn in. */
export interface Piece {
  from: number;
  to: number;
  kind: PieceKind;
  /** Written in it, or beside it where it is too short. */
  label?: string;
}

export interface Lane {
  name: string;
  pieces: readonly Piece[];
  /** At its right: a figure. */
  end?: string;
}

export interface Sketch {
  before: readonly Lane[];
  /** Empty: only how it is now is known. */
  after: readonly Lane[];
  /** One line below: what is drawn, and whether to scale. */
  note: string;
}

export interface Sketched {
  rule: string | null;
  facts: Loose;
  estimate: Loose;
}

type Maker = (of: Loose, rule: string) => Sketch | null;

const MAKERS: Readonly<Record<string, Maker>> = {
  "retry_patterns.missing": missingSketch,
  "retry_patterns.deterministic": attemptsSketch,
  "retry_patterns.too_many": attemptsSketch,
  "retry_patterns.too_few": attemptsSketch,
  "retry_patterns.backoff_short": waitSketch,
  "retry_patterns.backoff_long": waitSketch,
  "retry_patterns.timeout_long": timeoutSketch,
  "retry_patterns.timeout_short": timeoutSketch,
  "cache_ttls.too_short": ttlSketch,
  "cache_ttls.too_long": ttlSketch,
  "parallel_opportunities.iteration": itemsSketch,
  "parallel_opportunities.iteration_to_confirm": itemsSketch,
  "slow_nodes.queue": queueSketch,
  "slow_nodes.engine_overhead": queueSketch,
  "token_usage.prompt_drift": driftSketch,
  "token_usage.prompt_growth": growthSketch,
  "token_usage.prompt_prefix": prefixSketch,
  "token_usage.prompt_cache_unused": prefixSketch,
  "best_practice.unbounded_loop": loopSketch,
};

export function sketchOf({ rule, facts, estimate }: Sketched): Sketch | null {
  if (rule === null) return null;
  const made =
    MAKERS[rule]?.(facts, rule) ??
    (rule.startsWith("cache_opportunities.") ? cacheSketch(facts) : null) ??
    (rule.startsWith("slow_nodes.") ? slowSketch(facts, rule) : null);
  return made ?? (textOf(estimate, "unit") === "ratio" ? hundredOf(estimate) : null);
}

function hundredOf(estimate: Loose): Sketch | null {
  const baseline = numberOf(estimate, "baseline");
  const expected = numberOf(estimate, "expected");
  return baseline === null || expected === null ? null : hundredSketch(baseline, expected);
}

/** How far its lanes reach: the same for both sides. */
export function reach({ before, after }: Sketch): number {
  return Math.max(...[...before, ...after].flatMap((lane) => lane.pieces.map((piece) => piece.to)), 0);
}
