/** Instants as `<input type="datetime-local">` writes them: in one's own zone, without naming it. */
const two = (value: number) => String(value).padStart(2, "0");

/** `2026-11-21T00:00` of an instant; empty without one. */
export function localInput(iso: string | undefined): string {
  if (iso === undefined) return "";
  const at = new Date(iso);
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** The instant in UTC; undefined where the input is empty. */
export function fromLocalInput(value: string): string | undefined {
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}
