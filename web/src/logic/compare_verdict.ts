/**
 * What a comparison comes to, as parts of a sentence: what b is, by which figures, and what stayed.
 *
 * Only what is beyond chance is told as a difference; where nothing is, how far it may still be off.
 */
import type { ComparedFigure, ComparisonAnswer } from "@/api/answers";

export type Subject = "errors" | "time" | "cost" | "tokens" | "cache" | "retries";

/** Which figures speak of the same, the most telling first. */
const SUBJECTS: Record<Subject, readonly string[]> = {
  errors: ["error_rate"],
  time: ["run_time_p95", "run_time_p50", "run_time_p99", "run_time_mean"],
  cost: ["cost_per_run"],
  tokens: ["tokens_per_run"],
  cache: ["cache_hit_rate"],
  retries: ["retries_per_run"],
};
const MOST_FIGURES = 2;

export interface Clause {
  subject: Subject;
  way: "worse" | "better" | "mixed";
  figures: ComparedFigure[];
}

export interface Outcome {
  kind: "problem" | "too_few" | "same" | "different";
  /** Of all clauses together; where nothing can be said `none`. */
  tone: "worse" | "better" | "mixed" | "none";
  clauses: Clause[];
  /** Where nothing differs beyond chance: how far the median may still be off. */
  possible: ComparedFigure | null;
}

export function outcome(found: ComparisonAnswer): Outcome {
  const nothing = { tone: "none", clauses: [], possible: null } as const;
  if (found.problem !== null) return { ...nothing, kind: "problem", clauses: [] };
  if (found.figures.every((each) => each.verdict === "too_few_runs"))
    return { ...nothing, kind: "too_few", clauses: [] };
  const clauses = (Object.keys(SUBJECTS) as Subject[]).flatMap((subject) => clause(found, subject));
  if (clauses.length === 0)
    return { ...nothing, kind: "same", clauses: [], possible: figure(found, "run_time_p50") };
  const ways = new Set(clauses.map((each) => each.way));
  const [only] = ways;
  return {
    kind: "different",
    tone: ways.size === 1 && only !== undefined ? only : "mixed",
    clauses: clauses.toSorted((one, other) => rank(one) - rank(other)),
    possible: null,
  };
}

/** What became worse is told first. */
const rank = (clause: Clause): number => ({ worse: 0, mixed: 1, better: 2 })[clause.way];

function clause(found: ComparisonAnswer, subject: Subject): Clause[] {
  const told = SUBJECTS[subject]
    .map((name) => figure(found, name))
    .filter((each) => each !== null)
    .filter((each) => each.verdict === "worse" || each.verdict === "better");
  if (told.length === 0) return [];
  const ways = new Set(told.map((each) => each.verdict));
  const way = ways.size === 1 && told[0] ? (told[0].verdict as "worse" | "better") : "mixed";
  return [{ subject, way, figures: told.slice(0, MOST_FIGURES) }];
}

function figure(found: ComparisonAnswer, name: string): ComparedFigure | null {
  return found.figures.find((each) => each.figure === name) ?? null;
}
