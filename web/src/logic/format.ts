/**
 * Quantities as people read them: three significant digits, the unit beside, unknown as a dash.
 *
 * Everywhere the same, so that two figures can be compared by eye.
 */
export const UNKNOWN = "–";
type Maybe = number | null | undefined;

const known = (value: Maybe): value is number =>
  value !== null && value !== undefined && Number.isFinite(value);

/** Up to three significant digits, no needless zeros: 1.5, 12.3, 123. */
export function significant(value: number, digits = 3): string {
  if (value === 0) return "0";
  const whole = Math.floor(Math.log10(Math.abs(value))) + 1;
  const text = value.toFixed(Math.max(0, Math.min(12, digits - whole)));
  return (text.includes(".") ? text.replace(/\.?0+$/, "") : text).replace("-", "−");
}

/** Seconds: `840 µs`, `12.3 ms`, `1.25 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export function duration(seconds: Maybe): string {
  if (!known(seconds)) return UNKNOWN;
  const size = Math.abs(seconds);
  if (size === 0) return "0 s";
  if (size < 0.9995e-3) return `${significant(seconds * 1e6)} µs`;
  if (size < 0.9995) return `${significant(seconds * 1e3)} ms`;
  if (size < 99.95) return `${significant(seconds)} s`;
  const sign = seconds < 0 ? "−" : "";
  const whole = Math.round(size);
  if (whole < 3600) return sign + two(whole, 60, "min", "s");
  const minutes = Math.round(whole / 60);
  if (minutes < 48 * 60) return sign + two(minutes, 60, "h", "min");
  return sign + two(Math.round(minutes / 60), 24, "d", "h");
}

function two(value: number, each: number, large: string, small: string): string {
  const rest = value % each;
  return `${Math.floor(value / each)} ${large}${rest ? ` ${rest} ${small}` : ""}`;
}

/** US dollars: `$0.0042`, `$12.30`, `$1,240`. */
export function money(usd: Maybe): string {
  if (!known(usd)) return UNKNOWN;
  const size = Math.abs(usd);
  const sign = usd < 0 ? "−" : "";
  if (size === 0) return "$0";
  if (size < 0.995) return `${sign}$${significant(size, size < 0.0995 ? 2 : 3)}`;
  return `${sign}$${size.toLocaleString("en", size < 999.5 ? { minimumFractionDigits: 2, maximumFractionDigits: 2 } : { maximumFractionDigits: 0 })}`;
}

/** Counts: `950`, `12.3k`, `4.56M`. */
export function count(value: Maybe): string {
  if (!known(value)) return UNKNOWN;
  const size = Math.abs(value);
  if (size < 9999.5) return Math.round(value).toLocaleString("en");
  if (size < 999_500) return `${significant(value / 1e3)}k`;
  if (size < 999.5e6) return `${significant(value / 1e6)}M`;
  return `${significant(value / 1e9)}G`;
}

/** A ratio of 0 to 1: `0.3 %`, `12 %`, `100 %`. Never 100 or 0 where it is not quite so. */
export function percent(ratio: Maybe): string {
  if (!known(ratio)) return UNKNOWN;
  const value = ratio * 100;
  if (value > 99.9 && value < 100) return "> 99.9 %";
  if (value > 0 && value < 0.1) return "< 0.1 %";
  return `${significant(value, Math.abs(value) < 10 ? 2 : 3)} %`;
}

/** Bytes: `640 B`, `12.3 kB`, `4.5 MB`. */
export function bytes(value: Maybe): string {
  if (!known(value)) return UNKNOWN;
  const units = ["B", "kB", "MB", "GB", "TB"];
  let [size, place] = [value, 0];
  while (Math.abs(size) >= 999.5 && place < units.length - 1) [size, place] = [size / 1000, place + 1];
  return `${significant(size)} ${units[place] ?? ""}`;
}

/** A change as a ratio: `+12 %`, `−3.4 %`, `±0 %`. */
export function change(ratio: Maybe): string {
  if (!known(ratio)) return UNKNOWN;
  if (Math.abs(ratio) < 0.0005) return "±0 %";
  const sign = ratio > 0 ? "+" : "−";
  const size = Math.abs(ratio) * 100;
  return size >= 999.5
    ? `${sign}${significant(Math.abs(ratio) + (ratio > 0 ? 1 : 0))}×`
    : `${sign}${significant(size, size < 10 ? 2 : 3)} %`;
}

/** A value in the unit that the server names. */
export function inUnit(value: Maybe, unit: string): string {
  switch (unit) {
    case "seconds":
    case "s":
      return duration(value);
    case "dollars":
    case "usd":
      return money(value);
    case "ratio":
      return percent(value);
    case "percent":
      return known(value) ? percent(value / 100) : UNKNOWN;
    case "bytes":
      return bytes(value);
    default:
      return count(value);
  }
}
