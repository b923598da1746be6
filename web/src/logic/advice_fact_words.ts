/** A finding's figures, named and written as people read them: the unit is at the end of a figure's name. */
import { bytes, count, duration, money, percent, significant } from "./format";

const NAMES: readonly (readonly [RegExp, (value: number) => string])[] = [
  [/_hours$/, (value) => duration(value * 3600)],
  [/(^|_)seconds(_|$)|_s$|_s_mean$/, duration],
  [/(^|_)usd(_|$)/, money],
  [/(^|_)(ratio|share)(_|$)|_bound$/, percent],
  [/^bytes_|_bytes$/, bytes],
];

/** `wait_seconds` of 8: `["Wait", "8 s"]`. */
export function factWords(name: string, value: number | string): readonly [string, string] {
  const plain = name
    .replaceAll("_", " ")
    .replace(/ seconds$| s$| hours$| ratio$/, "")
    .replace(/\busd\b/, "dollars");
  const title = plain.charAt(0).toUpperCase() + plain.slice(1);
  if (typeof value === "string") return [title, value];
  const written = NAMES.find(([pattern]) => pattern.test(name))?.[1];
  return [title, written ? written(value) : Number.isInteger(value) ? count(value) : significant(value)];
}
