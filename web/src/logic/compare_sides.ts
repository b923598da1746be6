/**
 * The two sides of a comparison: as they stand in the address, as they are asked of the server, the other way round,
 * and around an instant at which something changed.
 */
import type { Degradation } from "@/api/answers";

export const SIDES = ["a", "b"] as const;
export type SideKey = (typeof SIDES)[number];
export const FILTERS = ["user", "session", "tag", "environment", "status"] as const;
export type Filter = (typeof FILTERS)[number];
const PARTS = ["version", "days", "since", "until", ...FILTERS] as const;
type Part = (typeof PARTS)[number];
export type SideName = `${SideKey}_${Part}`;
/** What is said of a side, in the address's words. */
export type Side = Partial<Record<Part, string>>;
export type InAddress = Partial<Record<SideName, string>>;
export const STATUSES = ["succeeded", "failed", "partial"] as const;

export const sideNames = (side: SideKey): SideName[] => PARTS.map((part): SideName => `${side}_${part}`);

export function sideOf(address: InAddress, side: SideKey): Side {
  const found: Side = {};
  for (const part of PARTS) {
    const value = address[`${side}_${part}`];
    if (value !== undefined) found[part] = value;
  }
  return found;
}

/** Every name of the side, undefined where it says nothing: what stood there before is gone. */
export function inAddress(side: SideKey, said: Side): Record<SideName, string | undefined> {
  return Object.fromEntries(PARTS.map((part) => [`${side}_${part}`, said[part]])) as Record<
    SideName,
    string | undefined
  >;
}

export const hasPeriod = (side: Side): boolean =>
  side.days !== undefined || side.since !== undefined || side.until !== undefined;
export const filterCount = (side: Side): number => FILTERS.filter((each) => side[each] !== undefined).length;

/** Whether both are the same runs but for their time. */
export function areAlike(a: Side, b: Side): boolean {
  return (["version", ...FILTERS] as const).every((part) => a[part] === b[part]);
}

/** What one side is of in time: days up to now, or from an instant to another. */
export type When = { days: number } | { since: string; until?: string };

/**
 * When each side's runs were. Without a period `b` is the last `days` days; `a` is the same time where the sides
 * differ in something else, and else the time before it.
 */
export function periodsOf(a: Side, b: Side, days: number, now: number): Record<SideKey, When> {
  const ofB = said(b) ?? (areAlike(a, b) ? null : said(a)) ?? { days };
  const ofA = said(a) ?? (areAlike(a, b) ? before(ofB, now) : ofB);
  return { a: ofA, b: ofB };
}

function said(side: Side): When | null {
  if (side.since !== undefined)
    return { since: side.since, ...(side.until === undefined ? {} : { until: side.until }) };
  const days = Number(side.days);
  return side.days !== undefined && days > 0 && days <= 365 ? { days } : null;
}

function before(when: When, now: number): When {
  const [since, until] = instants(when, now);
  return { since: iso(2 * since - until), until: iso(since) };
}

/** Both ends, in milliseconds. */
function instants(when: When, now: number): [number, number] {
  if ("days" in when) return [now - when.days * DAY_MS, now];
  return [Date.parse(when.since), when.until === undefined ? now : Date.parse(when.until)];
}

const DAY_MS = 86_400_000;
const iso = (ms: number): string => new Date(ms).toISOString();

/** A side as the server is asked for it: with its period, whatever the other one says. */
export function asked(side: Side, when: When) {
  const { user = null, session = null, tag = null, environment = null, version = null } = side;
  const status = STATUSES.find((each) => each === side.status) ?? null;
  return { version, user, session, tag, environment, status, ...when };
}

/** Both sides in each other's place, each with the time that it was of. */
export function swapped(a: Side, b: Side, days: number, now: number): InAddress {
  const when = periodsOf(a, b, days, now);
  const isPlain = areAlike(a, b) ? hasPeriod(a) && hasPeriod(b) : true;
  const [one, other] = isPlain ? [b, a] : [withPeriod(b, when.b, now), withPeriod(a, when.a, now)];
  return { ...inAddress("a", one), ...inAddress("b", other) } as InAddress;
}

function withPeriod(side: Side, when: When, now: number): Side {
  const [since, until] = instants(when, now);
  return { ...without(side), since: iso(since), until: iso(until) };
}

/** A side without its time. */
export function without(side: Side): Side {
  return Object.fromEntries(
    Object.entries(side).filter(([part]) => !["days", "since", "until"].includes(part)),
  );
}

const MOST_DAYS_AROUND = 7;

/** As long before a change as after it, a week at most, a day at least. */
export function aroundChange(event: Degradation, now: number): InAddress {
  const at = Date.parse(event.started_at);
  const end = Math.min(now, event.closed_at === null ? now : Date.parse(event.closed_at));
  const length = Math.min(Math.max(end - at, DAY_MS), MOST_DAYS_AROUND * DAY_MS);
  const version = event.method === "change_point" ? (event.workflow_version ?? undefined) : undefined;
  const of = version === undefined ? {} : { version };
  const after = at + length < now ? { since: iso(at), until: iso(at + length) } : { since: iso(at) };
  return {
    ...inAddress("a", { ...of, since: iso(at - length), until: iso(at) }),
    ...inAddress("b", { ...of, ...after }),
  } as InAddress;
}

/** `2026-11-08T14:00` in one's own zone, as an input of date and time holds it; empty for none. */
export function toLocal(instant: string | undefined): string {
  const at = instant === undefined ? Number.NaN : Date.parse(instant);
  if (Number.isNaN(at)) return "";
  return new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

export function fromLocal(text: string): string | undefined {
  const at = Date.parse(text); // without a zone: one's own
  return Number.isNaN(at) ? undefined : iso(at);
}
