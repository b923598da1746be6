/** Prompts that grow: from day to day, and from round to round. */
import { advice } from "@/strings/advice";

import { type Loose, numberOf } from "./advice_figures";
import type { Lane, Sketch } from "./advice_sketch";
import { count } from "./format";

const words = advice.sketch;
const MOST_ROUNDS = 8;

function bar(name: string, tokens: number): Lane {
  return { name, pieces: [{ from: 0, to: tokens, kind: "cost" }], end: count(tokens) };
}

/** The usual prompt at the period's begin and at its end. */
export function driftSketch(facts: Loose): Sketch | null {
  const first = numberOf(facts, "first_tokens");
  const last = numberOf(facts, "last_tokens");
  if (first === null || last === null) return null;
  return {
    before: [bar(words.first, first), bar(words.last, last)],
    after: [bar(words.back, first)],
    note: words.tokens,
  };
}

/** What each round sends, as it is now. */
export function growthSketch(facts: Loose): Sketch | null {
  const first = numberOf(facts, "first_round_tokens");
  const each = numberOf(facts, "tokens_per_round");
  const rounds = Math.min(Math.round(numberOf(facts, "usual_rounds") ?? 0), MOST_ROUNDS);
  if (first === null || each === null || rounds < 2) return null;
  const all = Array.from({ length: rounds }, (_, place) => place);
  return {
    before: all.map((place) => bar(words.round(place + 1), first + each * place)),
    after: [],
    note: words.growing,
  };
}
