/** What stands behind the `?` of an address: text from anybody, read into values that can be relied on. */
export type Search = Readonly<Record<string, unknown>>;

export const PERIODS = [1, 7, 30, 90, 365] as const;
export const DEFAULT_DAYS = 7;

/** A whole number within bounds, else undefined: absent and wrong are the same to who reads an address. */
export function integer(value: unknown, least: number, most: number): number | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const read = Number(value);
  return value !== "" && Number.isInteger(read) && read >= least && read <= most ? read : undefined;
}

/** One of the choices, else undefined. */
export function oneOf<T extends string>(value: unknown, choices: readonly T[]): T | undefined {
  return choices.find((each) => each === value);
}

/** Text that is not empty, else undefined. */
export function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== ""
    ? value
    : typeof value === "number"
      ? String(value)
      : undefined;
}

/** `value` without what is undefined, so that it leaves no trace in the address. */
export function told<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as never;
}

/** Plain `?days=7&app=shop`: every value is text, the first of a name counts. */
export function parseSearch(behind: string): Record<string, string> {
  const read: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(behind)) read[name] ??= value;
  return read;
}

export function stringifySearch(search: Search): string {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(search))
    if (value !== undefined && value !== null && value !== "") asked.set(name, plain(value));
  const behind = asked.toString();
  return behind ? `?${behind}` : "";
}

/** A value as it stands in an address. */
export function plain(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
