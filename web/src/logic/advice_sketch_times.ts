/** What takes how long: slow and usual executions, timeouts, waiting, items one by one and side by side, rounds. */
import { advice } from "@/strings/advice";

import { type Loose, numberOf, textOf } from "./advice_figures";
import type { Lane, Piece, PieceKind, Sketch } from "./advice_sketch";
import { count, duration, percent } from "./format";

const words = advice.sketch;

function bar(name: string, length: number, kind: PieceKind): Lane {
  return { name, pieces: [{ from: 0, to: length, kind }], end: duration(length) };
}

/** Two kinds of executions, and how long each takes. */
export function slowSketch(facts: Loose, rule: string): Sketch | null {
  if (rule === "slow_nodes.mode") return modeSketch(facts);
  const now = numberOf(facts, "median_seconds");
  const other = numberOf(facts, "other_median_seconds");
  if (now === null || other === null) return null;
  const [nowName, otherName] = NAMES[rule]?.(facts) ?? ["", ""];
  return {
    before: [bar(nowName, now, "critical")],
    after: [bar(otherName, other, "work")],
    note: `${words.side} ${words.scale}`,
  };
}

const NAMES: Readonly<Record<string, (facts: Loose) => [string, string]>> = {
  "slow_nodes.version": (facts) => [textOf(facts, "version") ?? "", textOf(facts, "version_before") ?? ""],
  "slow_nodes.model": (facts) => [textOf(facts, "model") ?? "", textOf(facts, "quicker_model") ?? ""],
  "slow_nodes.user": (facts) => [textOf(facts, "user") ?? "", ""],
};

function modeSketch(facts: Loose): Sketch | null {
  const slow = numberOf(facts, "slow_median_seconds");
  const usual = numberOf(facts, "usual_median_seconds");
  const share = numberOf(facts, "slow_share");
  if (slow === null || usual === null || share === null) return null;
  return {
    before: [bar(words.slowKind(percent(share)), slow, "critical"), bar(words.usualKind, usual, "work")],
    after: [bar(words.slowKind(percent(share)), usual, "work"), bar(words.usualKind, usual, "work")],
    note: `${words.side} ${words.scale}`,
  };
}

/** How long is waited before an attempt is given up. */
export function timeoutSketch(facts: Loose, rule: string): Sketch | null {
  const now = numberOf(facts, "timeout_seconds");
  if (now === null) return null;
  if (rule === "retry_patterns.timeout_short") {
    const proposed = numberOf(facts, "proposed_seconds");
    if (proposed === null) return null;
    return { before: [givenUp(now)], after: [bar("", proposed, "work")], note: words.scale };
  }
  const enough = numberOf(facts, "enough_seconds");
  if (enough === null) return null;
  const slowest = numberOf(facts, "success_p99_seconds");
  const success =
    slowest === null ? [] : [{ ...bar("", slowest, "work"), end: words.slowest(duration(slowest)) }];
  return { before: [givenUp(now), ...success], after: [givenUp(enough), ...success], note: words.scale };
}

function givenUp(seconds: number): Lane {
  return {
    name: "",
    pieces: [{ from: 0, to: seconds, kind: "failed" }],
    end: words.givenUp(duration(seconds)),
  };
}

/** The share of a run's time in which it waits; what it would be is what the estimate says. */
export function queueSketch(facts: Loose): Sketch | null {
  const overhead = numberOf(facts, "overhead_share");
  const share = numberOf(facts, "queue_share") ?? overhead;
  if (share === null || share <= 0 || share >= 1) return null;
  const label = `${overhead === null ? words.waiting : words.overhead}, ${percent(share)}`;
  const pieces: Piece[] = [
    { from: 0, to: share, kind: "waiting", label },
    { from: share, to: 1, kind: "work", label: words.working },
  ];
  return { before: [{ name: "", pieces }], after: [], note: words.share };
}

const MOST_ITEMS = 24;

/** Items one after the other, and so many at a time. */
export function itemsSketch(facts: Loose): Sketch | null {
  const items = Math.round(numberOf(facts, "items") ?? 0);
  const slots = Math.min(Math.round(numberOf(facts, "slots") ?? 0), items);
  if (items < 2 || slots < 2 || items > MOST_ITEMS) return null;
  const item = (at: number, kind: PieceKind): Piece => ({ from: at, to: at + 0.94, kind });
  const all = Array.from({ length: items }, (_, place) => place);
  return {
    before: [{ name: "", pieces: all.map((place) => item(place, "critical")) }],
    after: Array.from({ length: slots }, (_, slot) => ({
      name: "",
      pieces: all
        .filter((place) => place % slots === slot)
        .map((place) => item(Math.floor(place / slots), "work")),
    })),
    note: words.items(items, slots),
  };
}

/** How often it goes round: usually, at most, and at most with a limit. */
export function loopSketch(facts: Loose): Sketch | null {
  const usual = numberOf(facts, "usual_rounds");
  const most = numberOf(facts, "most_rounds");
  const limit = numberOf(facts, "limit");
  if (usual === null || most === null || limit === null) return null;
  const rounds = (name: string, n: number, kind: PieceKind): Lane => ({
    name,
    pieces: [{ from: 0, to: n, kind }],
    end: count(n),
  });
  return {
    before: [rounds(words.usual, usual, "work"), rounds(words.most, most, "critical")],
    after: [rounds(words.limit, Math.min(limit, most), "work")],
    note: `${words.rounds} ${words.scale}`,
  };
}
