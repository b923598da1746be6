/** What a recommendation's loose objects hold, read with care: what is not there, or is no number, is null. */
export type Loose = Readonly<Record<string, unknown>> | null | undefined;

export function numberOf(from: Loose, name: string): number | null {
  const value = from?.[name];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

export function textOf(from: Loose, name: string): string | null {
  const value = from?.[name];
  return typeof value === "string" && value !== "" ? value : null;
}

export function textsOf(from: Loose, name: string): string[] {
  const value = from?.[name];
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : [];
}

function objectsOf(from: Loose, name: string): Record<string, unknown>[] {
  const value = from?.[name];
  return Array.isArray(value)
    ? value.filter(
        (each): each is Record<string, unknown> =>
          typeof each === "object" && each !== null && !Array.isArray(each),
      )
    : [];
}

/** What a figure is, and what it would be, with 95 % bounds. */
export interface Estimate {
  metric: string;
  unit: string;
  baseline: number;
  expected: number;
  low: number;
  high: number;
  method: string | null;
  n: number | null;
}

export function estimateOf(raw: Loose): Estimate | null {
  const metric = textOf(raw, "metric");
  const baseline = numberOf(raw, "baseline");
  const expected = numberOf(raw, "expected");
  if (metric === null || baseline === null || expected === null) return null;
  return {
    metric,
    unit: textOf(raw, "unit") ?? "",
    baseline,
    expected,
    low: numberOf(raw, "low") ?? expected,
    high: numberOf(raw, "high") ?? expected,
    method: textOf(raw, "method"),
    n: numberOf(raw, "n"),
  };
}

/** A figure as it was and as it is, with 99 % bounds of `after`; null where there were too few runs. */
export interface Measured {
  metric: string;
  unit: string;
  verdict: string;
  before: number | null;
  after: number | null;
  low: number | null;
  high: number | null;
}

export interface Verification extends Measured {
  runsBefore: number;
  runsAfter: number;
  share: number | null;
  isFinal: boolean;
  checkedAt: string | null;
  method: string | null;
  caveats: readonly string[];
  others: readonly Measured[];
}

export function verificationOf(raw: Loose): Verification | null {
  const measured = measuredOf(raw);
  if (measured === null) return null;
  return {
    ...measured,
    runsBefore: numberOf(raw, "n_before") ?? 0,
    runsAfter: numberOf(raw, "n_after") ?? 0,
    share: numberOf(raw, "share_of_estimate"),
    isFinal: raw?.is_final === true,
    checkedAt: textOf(raw, "checked_at"),
    method: textOf(raw, "method"),
    caveats: textsOf(raw, "caveats"),
    others: objectsOf(raw, "others").flatMap((each) => measuredOf(each) ?? []),
  };
}

function measuredOf(raw: Loose): Measured | null {
  const metric = textOf(raw, "metric");
  const verdict = textOf(raw, "verdict");
  if (metric === null || verdict === null) return null;
  return {
    metric,
    verdict,
    unit: textOf(raw, "unit") ?? "",
    before: numberOf(raw, "before"),
    after: numberOf(raw, "after"),
    low: numberOf(raw, "low"),
    high: numberOf(raw, "high"),
  };
}

const LEAST_RUNS = 30;
const LEAST_RUNS_P95 = 120;

/** How many runs a side needs before anything can be said of a metric. */
export function neededRuns(metric: string): number {
  return metric === "execution_time_p95" ? LEAST_RUNS_P95 : LEAST_RUNS;
}
