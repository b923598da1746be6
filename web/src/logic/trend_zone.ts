/** Instants at the axis of a trend, in the zone whose days are meant. */
const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = zone + JSON.stringify(options);
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone });
    formats.set(key, found);
  }
  return found;
}

const DAY: Intl.DateTimeFormatOptions = { day: "numeric", month: "short" };
const CLOCK: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit" };

/** `21 Nov`; of hours `14:00`, and the day where one begins. `isWhole`: `Sat 21 Nov`, `Sat 21 Nov, 14:00`. */
export function inZone(at: number, zone: string, isHourly: boolean, isWhole = false): string {
  if (isWhole) return format(zone, { weekday: "short", ...DAY, ...(isHourly ? CLOCK : {}) }).format(at);
  const clock = format(zone, CLOCK).format(at);
  return isHourly && clock !== "00:00" ? clock : format(zone, DAY).format(at);
}

/** Whether a browser, and so this page, knows the zone. */
export function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The browser's own zone. */
const ownZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** Those that are offered: UTC, one's own, and the one that the address names. */
export function zones(asked: string | undefined, own = ownZone()): string[] {
  return [...new Set(["UTC", own, ...(asked !== undefined && isZone(asked) ? [asked] : [])])];
}
