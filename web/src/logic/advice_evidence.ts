/** What shows a finding: the runs to open, where all such runs are listed, and what became of it since. */
import type { Search } from "./search";
import { type Loose, numberOf, textOf, textsOf } from "./advice_figures";

type Items = readonly Readonly<Record<string, unknown>>[];

export interface Shown {
  kind: string;
  runs: readonly string[];
  nodes: readonly string[];
  /** Runs whose results would have served: of caches. */
  servedFrom: readonly string[];
  /** Its own figures, without what is not known. */
  figures: readonly [string, number | string][];
}

export interface Turn {
  at: string;
  what: string;
  words: string;
}

export interface Related {
  title: string;
  improvement: string | null;
}

const OTHERS = ["history", "related"];

export function shownBy(evidence: Items): Shown[] {
  return evidence
    .filter((each) => !OTHERS.includes(textOf(each, "kind") ?? ""))
    .map((each) => ({
      kind: textOf(each, "kind") ?? "",
      runs: textsOf(each, "run_ids"),
      nodes: textsOf(each, "node_ids"),
      servedFrom: textsOf(each, "served_from_run_ids"),
      figures: figuresOf(each.figures as Loose),
    }));
}

export function turnsOf(evidence: Items): Turn[] {
  return evidence
    .filter((each) => each.kind === "history")
    .map((each) => ({
      at: textOf(each, "at") ?? "",
      what: textOf(each, "what") ?? "",
      words: textOf(each, "words") ?? "",
    }));
}

export function relatedTo(evidence: Items): Related[] {
  return evidence
    .filter((each) => each.kind === "related")
    .map((each) => ({ title: textOf(each, "title") ?? "", improvement: textOf(each, "improvement") }));
}

/** Figures by name, in the order in which they came. */
export function figuresOf(facts: Loose): [string, number | string][] {
  return Object.entries(facts ?? {}).flatMap(([name, value]): [string, number | string][] =>
    (typeof value === "number" && Number.isFinite(value)) || (typeof value === "string" && value !== "")
      ? [[name, value]]
      : [],
  );
}

const FAILED = ["failed_runs", "harmed_runs"];
const SLOW = ["slow_runs", "queueing_runs", "idle_runs"];

/** Behind the address of the list of runs: those of this kind; null where a list cannot tell them. */
export function suchRuns(shown: Shown, estimate: Loose, baseline: Loose): Search | null {
  const since = textOf(baseline, "since");
  const from = since === null ? {} : { since };
  if (FAILED.includes(shown.kind)) {
    const node = shown.nodes[0];
    return { status: "failed", ...(node === undefined ? {} : { failed_node: node }), ...from };
  }
  const seconds = textOf(estimate, "unit") === "s" ? numberOf(estimate, "baseline") : null;
  return SLOW.includes(shown.kind) && seconds !== null
    ? { slower_than: Math.round(seconds * 1000) / 1000, ...from }
    : null;
}
