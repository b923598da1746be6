/** What a cache promises of a node that it does not serve: shadow mode's figures, else those of advice, in one form. */
export interface Shadow {
  would_hit: number;
  misses: number;
  would_hit_rate: number | null;
  matched: number;
  mismatched: number;
  mismatch_bound: number | null;
  time_saved: number;
  cost_saved: number;
}

export interface Advice {
  recommendation_id: string;
  case: string;
  hit_ratio: number | null;
  pairs: number | null;
  mismatches: number | null;
  mismatch_bound: number | null;
  ttl_hours: number | null;
  seconds_per_run: number | null;
  usd_per_month: number | null;
}

export interface Promised {
  /** Who says so. */
  source: "shadow" | "advice";
  /** 0 to 1: executions that need not run. */
  hitRatio: number | null;
  compared: number | null;
  differing: number | null;
  /** 0 to 1: no larger a share of hits is wrong, with 95 % confidence. */
  bound: number | null;
  /** Of the period by shadow mode; per run and per month by advice. */
  seconds: number | null;
  usd: number | null;
}

interface Node {
  node_id: string;
  shadow: Shadow | null;
  advice: Advice | null;
}

/** Null where neither says anything. */
export function promiseOf({ shadow, advice }: Node): Promised | null {
  if (shadow)
    return {
      source: "shadow",
      hitRatio: shadow.would_hit_rate === null ? null : shadow.would_hit_rate / 100,
      compared: shadow.matched + shadow.mismatched,
      differing: shadow.mismatched,
      bound: shadow.mismatch_bound,
      seconds: shadow.time_saved,
      usd: shadow.cost_saved,
    };
  if (!advice) return null;
  return {
    source: "advice",
    hitRatio: advice.hit_ratio,
    compared: advice.pairs,
    differing: advice.mismatches,
    bound: advice.mismatch_bound,
    seconds: advice.seconds_per_run,
    usd: advice.usd_per_month,
  };
}

/** What is to be done with it: keep its results, look on for longer, or leave it. */
export function remedyOf(verdict: string): "on" | "shadow" | "none" {
  if (verdict === "safe") return "on";
  return verdict === "differs" ? "none" : "shadow";
}
