/** How many of many: served from a cache, kept for how long, failing of a hundred. */
import { advice } from "@/strings/advice";

import { type Loose, numberOf } from "./advice_figures";
import type { Lane, Piece, PieceKind, Sketch } from "./advice_sketch";
import { percent, significant } from "./format";

const words = advice.sketch;
const TWENTY = 20;
const HUNDRED = 100;

/** `n` cells side by side, of which `some`, spread evenly, are of another kind. */
function cells(n: number, some: number, kind: PieceKind, others: PieceKind): Piece[] {
  return Array.from({ length: n }, (_, place) => ({
    from: place,
    to: place + 0.84,
    kind: Math.floor(((place + 1) * some) / n) > Math.floor((place * some) / n) ? kind : others,
  }));
}

/** Of twenty executions, those that would be served from the cache. */
export function cacheSketch(facts: Loose): Sketch | null {
  const ratio = numberOf(facts, "hit_ratio");
  if (ratio === null || ratio <= 0) return null;
  const hits = Math.min(Math.round(ratio * TWENTY), TWENTY);
  if (hits === 0) return null;
  const lane = (some: number): Lane => ({ name: "", pieces: cells(TWENTY, some, "cache", "work") });
  return { before: [lane(0)], after: [lane(hits)], note: words.twenty(hits) };
}

/** For how long results are kept. */
export function ttlSketch(facts: Loose): Sketch | null {
  const now = numberOf(facts, "now_ttl_hours");
  const then = numberOf(facts, "ttl_hours");
  if (now === null || then === null) return null;
  const lane = (hours: number): Lane => ({
    name: "",
    pieces: [{ from: 0, to: hours, kind: "cache" }],
    end: words.hours(significant(hours)),
  });
  return { before: [lane(now)], after: [lane(then)], note: `${words.kept}. ${words.scale}` };
}

/** Of a hundred runs, those that fail. Of less than one in a hundred no such picture tells the truth. */
export function hundredSketch(baseline: number, expected: number): Sketch | null {
  if (baseline < 0.01) return null;
  const lane = (ratio: number): Lane => ({
    name: "",
    pieces: cells(HUNDRED, Math.round(ratio * HUNDRED), "failed", "work"),
    end: percent(ratio),
  });
  return { before: [lane(baseline)], after: [lane(expected)], note: words.hundred };
}

/** The share of a prompt's tokens that the provider serves from its own cache. */
export function prefixSketch(facts: Loose): Sketch | null {
  const now = numberOf(facts, "cached_token_share_now");
  const then = numberOf(facts, "cached_token_share_then");
  if (now === null || then === null) return null;
  const lane = (share: number): Lane => ({
    name: "",
    pieces: [
      { from: 0, to: share, kind: "cache" },
      { from: share, to: 1, kind: "cost" },
    ],
    end: percent(share),
  });
  return { before: [lane(now)], after: [lane(then)], note: words.prefix };
}
