/** Attempts and the waits between them. How long an attempt takes is not known: only waits are drawn to scale. */
import { advice } from "@/strings/advice";

import { type Loose, numberOf } from "./advice_figures";
import type { Lane, Piece, Sketch } from "./advice_sketch";
import { duration, percent } from "./format";

const words = advice.sketch;
const ATTEMPT = 3;
const PAUSE = 1;

/** Nothing tries again; one more attempt would mostly succeed. */
export function missingSketch(facts: Loose): Sketch | null {
  const succeeds = numberOf(facts, "next_try_succeeds_ratio");
  if (succeeds === null) return null;
  return {
    before: [lane([failed()])],
    after: [lane([failed(), waiting(PAUSE), worked(words.mostly(percent(succeeds)), 2 * ATTEMPT)])],
    note: words.notScale,
  };
}

/** More attempts than help, or fewer. */
export function attemptsSketch(facts: Loose, rule: string): Sketch | null {
  if (rule === "retry_patterns.too_few") {
    const now = numberOf(facts, "attempts_now");
    if (now === null || now > 6) return null;
    const tried = again(Array.from({ length: now }, () => failed()));
    const last = worked(words.mostly(percent(numberOf(facts, "last_attempt_succeeds_ratio"))), 2 * ATTEMPT);
    return { before: [lane(tried)], after: [lane([...tried, waiting(PAUSE), last])], note: words.notScale };
  }
  const keep = rule === "retry_patterns.deterministic" ? 1 : numberOf(facts, "worthwhile_attempts");
  if (keep === null || keep > 6) return null;
  const kept = again(Array.from({ length: keep }, () => failed()));
  const vain = { from: 0, to: 2 * ATTEMPT, kind: "failed", label: words.vain } as const;
  return { before: [lane([...kept, waiting(PAUSE), vain])], after: [lane(kept)], note: words.notScale };
}

/** The wait before the next attempt: as it is, and as it might be. */
export function waitSketch(facts: Loose, rule: string): Sketch | null {
  const now = numberOf(facts, "wait_seconds") ?? numberOf(facts, "now_wait_seconds");
  const proposed = numberOf(facts, "proposed_wait_seconds");
  if (now === null || proposed === null) return null;
  const attempt = Math.max(now, proposed) / 5;
  const ends = rule === "retry_patterns.backoff_short" ? failed(attempt) : worked(words.succeeds, attempt);
  const drawn = (wait: number, end: Piece): Lane => ({
    ...lane([failed(attempt), waiting(wait), end]),
    end: words.waits(duration(wait)),
  });
  return {
    before: [drawn(now, ends)],
    after: [drawn(proposed, worked(words.succeeds, attempt))],
    note: words.side,
  };
}

function failed(length = ATTEMPT): Piece {
  return { from: 0, to: length, kind: "failed", label: words.fails };
}

function waiting(length: number): Piece {
  return { from: 0, to: length, kind: "waiting" };
}

function worked(label: string, length = ATTEMPT): Piece {
  return { from: 0, to: length, kind: "work", label };
}

function again(attempts: readonly Piece[]): Piece[] {
  return attempts.flatMap((each, place) => (place === 0 ? [each] : [waiting(PAUSE), each]));
}

/** One behind the other. */
function lane(pieces: readonly Piece[]): Lane {
  let at = 0;
  const laid = pieces.map((piece) => {
    const from = at;
    at += piece.to - piece.from;
    return { ...piece, from, to: at };
  });
  return { name: "", pieces: laid };
}
