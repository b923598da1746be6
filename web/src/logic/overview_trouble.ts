/**
 * Which workflow is in trouble, how much, and why: one number to order by, and the reasons that it is made of.
 *
 *     failing runs      10, and 3 more for each percent of runs that fail (few runs weigh less),
 *                       and 15 more for each doubling of that share against the period before
 *     an open change    20, and 40 more for each doubling since the change
 *     a slower p95      25 for each doubling against the period before
 *     a dearer run      15 for each doubling against the period before
 *
 * What an open change already tells of is not counted a second time. Growing traffic is no trouble.
 */
import type { OverviewWorkflow, Worsened } from "@/api/answers";

export type Reason =
  | { kind: "failing"; points: number; rate: number; growth: number | null }
  | { kind: "changed"; points: number; event: Worsened }
  | { kind: "slower"; points: number; ratio: number }
  | { kind: "dearer"; points: number; ratio: number };

export type Level = "grave" | "watch" | "none";

export interface Trouble {
  score: number;
  level: Level;
  /** The heaviest first. */
  reasons: readonly Reason[];
  /** A node that a cause or an advice names; null where none does. */
  node: string | null;
}

const GRAVE = 40;
const WATCH = 12;
/** A period with fewer runs says nothing of how long or how dear a run is. */
const LEAST_RUNS = 20;
const LEAST_GROWTH = 0.1;
/** From so many on it is said how their share has grown. */
const LEAST_FAILED = 5;
/** As if so many runs more had gone well. */
const DOUBT_RUNS = 4;

export function trouble(of: OverviewWorkflow): Trouble {
  const reasons = [...failing(of), ...changed(of.worst), ...slower(of), ...dearer(of)].toSorted(
    (one, other) => other.points - one.points,
  );
  const score = reasons.reduce((sum, each) => sum + each.points, 0);
  const level = score >= GRAVE ? "grave" : score >= WATCH ? "watch" : "none";
  return { score, level, reasons, node: level === "none" ? null : blamed(of) };
}

function failing({ failed, run_count, worst, change }: OverviewWorkflow): Reason[] {
  if (failed === 0 || worst?.metric === "error_rate") return [];
  const sure = failed / (run_count + DOUBT_RUNS);
  const growth = failed < LEAST_FAILED ? null : (change.error_rate ?? null);
  const grown = 15 * Math.min(doublings(1 + (growth ?? 0)), 3);
  return sure < 0.01
    ? []
    : [{ kind: "failing", points: 10 + 300 * sure + grown, rate: failed / run_count, growth }];
}

function changed(worst: Worsened | null): Reason[] {
  if (!worst) return [];
  return [
    { kind: "changed", points: 20 + 40 * Math.min(doublings(worst.ratio ?? Infinity), 2), event: worst },
  ];
}

function slower(of: OverviewWorkflow): Reason[] {
  const growth = of.change["execution_time.p95"] ?? 0;
  const isTold = of.worst?.metric === "run_time_p95" || of.worst?.metric === "run_time_p50";
  if (isTold || growth < LEAST_GROWTH || of.run_count < LEAST_RUNS) return [];
  return [{ kind: "slower", points: 25 * Math.min(doublings(1 + growth), 3), ratio: growth }];
}

/** Of the cost of a run, whatever the number of runs is. */
function dearer(of: OverviewWorkflow): Reason[] {
  const [cost, runs] = [of.change.total_cost ?? null, of.change.run_count ?? null];
  if (cost === null || runs === null || runs <= -1 || of.worst?.metric === "cost") return [];
  const growth = (1 + cost) / (1 + runs) - 1;
  if (growth < LEAST_GROWTH || of.run_count < LEAST_RUNS) return [];
  return [{ kind: "dearer", points: 15 * Math.min(doublings(1 + growth), 3), ratio: growth }];
}

function doublings(ratio: number): number {
  return Math.log2(Math.max(ratio, 1));
}

/** The node that explains the change, else the one that the best advice is about. */
function blamed({ worst, advice }: OverviewWorkflow): string | null {
  const cause = worst?.causes.find((each) => each.kind === "node");
  return cause?.name ?? advice?.affected_nodes[0] ?? null;
}
