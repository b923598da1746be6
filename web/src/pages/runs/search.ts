/** What the address of the list of runs may say. */
import { oneOf, text, told, type Search } from "@/logic/search";

export const STATUSES = ["succeeded", "failed", "partial"] as const;

/** Text that is an instant with a zone, else undefined. */
function instant(value: unknown): string | undefined {
  const read = text(value);
  return read !== undefined && /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(read) && !Number.isNaN(Date.parse(read))
    ? read
    : undefined;
}

/** Seconds, from 0. */
function seconds(value: unknown): number | undefined {
  const read = text(value);
  const number = Number(read);
  return read !== undefined && Number.isFinite(number) && number >= 0 && number <= 1e9 ? number : undefined;
}

/** Which runs are listed; named as the server names its filters. */
export const search = (raw: Search) =>
  told({
    status: oneOf(raw.status, STATUSES),
    since: instant(raw.since),
    until: instant(raw.until),
    user: text(raw.user),
    session: text(raw.session),
    tag: text(raw.tag),
    slower_than: seconds(raw.slower_than),
    failed_node: text(raw.failed_node),
  });
