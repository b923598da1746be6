/** Instants as people read them, in their own time zone. */
import { UNKNOWN } from "./format";

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const shortDay = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const whole = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });

/** `14:03:22` today, `12 Nov 14:03` on other days. */
export function moment(iso: string | null | undefined, now = new Date()): string {
  if (!iso) return UNKNOWN;
  const at = new Date(iso);
  return at.toDateString() === now.toDateString()
    ? clock.format(at)
    : `${shortDay.format(at)} ${clock.format(at).slice(0, 5)}`;
}

/** `12 Nov`. */
export function day(iso: string): string {
  return shortDay.format(new Date(iso));
}

/** All of it, for titles: `12 Nov 2026, 14:03:22`. */
export function instant(iso: string | null | undefined): string {
  return iso ? whole.format(new Date(iso)) : UNKNOWN;
}

/** `just now`, `40 s ago`, `3 min ago`, `5 h ago`, `12 d ago`. */
export function ago(iso: string | null | undefined, now = Date.now()): string {
  if (!iso) return UNKNOWN;
  const seconds = (now - Date.parse(iso)) / 1000;
  if (seconds < 5) return "just now";
  if (seconds < 90) return `${Math.round(seconds)} s ago`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86400)} d ago`;
}
