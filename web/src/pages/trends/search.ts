/** What the address of this page may say: the part, what a trend is of, and the two sides of a comparison. */
import { SIDES, sideNames, type SideName } from "@/logic/compare_sides";
import { integer, oneOf, text, told, type Search } from "@/logic/search";
import { SPLITS, STATISTICS, STRETCHES } from "@/logic/trend_lines";

export const FORECASTS = ["cost", "run_count", "tokens", "memory_peak", "cpu_time"] as const;

export const search = (raw: Search) =>
  told({
    view: oneOf(raw.view, ["compare"] as const),
    metric: text(raw.metric),
    each: oneOf(raw.each, STRETCHES),
    by: oneOf(raw.by, SPLITS),
    stat: oneOf(raw.stat, STATISTICS),
    tz: text(raw.tz),
    hide: names(raw.hide),
    marks: oneOf(raw.marks, ["off"] as const),
    forecast: oneOf(raw.forecast, FORECASTS),
    budget: amount(raw.budget),
    event: text(raw.event),
    ...sides(raw),
    repeated: oneOf(raw.repeated, ["true"] as const),
    expected: ratio(raw.expected),
    node: text(raw.node),
    axis: oneOf(raw.axis, ["linear"] as const),
  });

/** All of a side is text in the address: `a_version`, `b_since`, …; days are a number of days up to now. */
function sides(raw: Search): Partial<Record<SideName, string>> {
  return told(
    Object.fromEntries(SIDES.flatMap((side) => sideNames(side).map((name) => [name, text(raw[name])]))),
  );
}

/** A list of names as JSON: names may hold any character. */
function names(value: unknown): string[] | undefined {
  try {
    const read: unknown = typeof value === "string" ? JSON.parse(value) : value;
    const list = Array.isArray(read) ? read.filter((each) => typeof each === "string") : [];
    return list.length > 0 ? list : undefined;
  } catch {
    return undefined;
  }
}

function amount(value: unknown): number | undefined {
  const read = typeof value === "string" || typeof value === "number" ? Number(value) : Number.NaN;
  return value !== "" && Number.isFinite(read) && read >= 0 && read <= 1e15 ? read : undefined;
}

/** A share above 0 and below 1, in hundredths. */
function ratio(value: unknown): number | undefined {
  return integer(value, 1, 99);
}

export type Asked = ReturnType<typeof search>;
