/** What advice is worth, in plain words: per run where it is time, per month where it is money, as a share where it is failures. */
import { advice } from "@/strings/advice";

import { type Loose, numberOf, textOf } from "./advice_figures";
import { count, duration, money, percent } from "./format";

export interface Rated {
  gain: Loose;
  estimate: Loose;
  worth: {
    readonly seconds_per_month: number | null;
    readonly usd_per_month: number | null;
    readonly failed_runs_per_month: number | null;
  };
}

export interface WorthPart {
  kind: "time" | "money" | "failures";
  /** `1.2 s off the median run`. */
  words: string;
  /** `54 min of run time a month`; null where nobody knows, or it has been said. */
  month: string | null;
  /** For lists: `−1.2 s` and `a run`. */
  short: string;
  of: string;
  /** How much it weighs in the order of lists, in dollars: as `advice.monthly` of the server has it. */
  weight: number;
}

const words = advice.worth;
const USD_PER_HOUR = 10;
const FAILED_RUN_HOURS = 5 / 60;

/** The parts that are there, the weightiest first. */
export function worthParts(of: Rated): WorthPart[] {
  return [time(of), usd(of), failures(of)]
    .filter((each): each is WorthPart => each !== null)
    .toSorted((one, other) => other.weight - one.weight);
}

function time({ gain, estimate, worth }: Rated): WorthPart | null {
  const seconds = numberOf(gain, "seconds_per_run");
  if (seconds === null || seconds <= 0) return null;
  const metric = textOf(estimate, "metric");
  const said = duration(seconds);
  const month = worth.seconds_per_month;
  return {
    kind: "time",
    words:
      metric === "execution_time_p95"
        ? words.p95(said)
        : metric === "execution_time_mean"
          ? words.mean(said)
          : words.p50(said),
    month: month === null ? null : words.timeMonth(rough(month)),
    short: words.shortTime(said),
    of: metric === "execution_time_p95" ? words.perSlowRun : words.perRun,
    weight: ((month ?? 0) / 3600) * USD_PER_HOUR,
  };
}

/** No more exact than it is known: to the minute from ten minutes on, to the hour from ten hours on. */
export function rough(seconds: number): string {
  const step = seconds < 600 ? 1 : seconds < 36_000 ? 60 : 3600;
  return duration(step === 1 ? seconds : Math.round(seconds / step) * step);
}

function usd({ gain }: Rated): WorthPart | null {
  const saved = numberOf(gain, "usd_per_month");
  if (saved === null || saved < 0.01) return null;
  return {
    kind: "money",
    words: words.money(money(saved)),
    month: null,
    short: words.shortMoney(money(saved)),
    of: words.perMonth,
    weight: saved,
  };
}

function failures({ gain, worth }: Rated): WorthPart | null {
  const share = numberOf(gain, "failed_run_share");
  if (share === null || share <= 0) return null;
  const month = worth.failed_runs_per_month;
  return {
    kind: "failures",
    words: words.failures(percent(share)),
    month: month === null ? null : words.failuresMonth(count(month)),
    short: words.shortFailures(percent(share)),
    of: words.ofRuns,
    weight: (month ?? 0) * FAILED_RUN_HOURS * USD_PER_HOUR,
  };
}

/** All of it in a line: `1.2 s off the median run (54 min of run time a month), $43 a month`. */
export function worthWords(parts: readonly WorthPart[]): string {
  return parts.map((part) => (part.month === null ? part.words : `${part.words} (${part.month})`)).join(", ");
}
