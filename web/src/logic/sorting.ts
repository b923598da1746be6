/** Rows in order of a value; unknown comes last either way, equals keep their order. */
export interface Sort {
  by: string;
  descending: boolean;
}

type Value = number | string | null | undefined;

export function sorted<R>(rows: readonly R[], by: (row: R) => Value, descending: boolean): R[] {
  return rows.toSorted((one, other) => compared(by(one), by(other), descending));
}

function compared(one: Value, other: Value, descending: boolean): number {
  if (one === null || one === undefined) return other === null || other === undefined ? 0 : 1;
  if (other === null || other === undefined) return -1;
  const order =
    typeof one === "number" && typeof other === "number"
      ? one - other
      : String(one).localeCompare(String(other), "en", { numeric: true });
  return descending ? -order : order;
}

/** `-cost` is by cost, the greatest first; as it stands in an address. */
export function sortOf(text: string | undefined): Sort | undefined {
  if (!text) return undefined;
  return text.startsWith("-") ? { by: text.slice(1), descending: true } : { by: text, descending: false };
}

export function sortText(sort: Sort): string {
  return (sort.descending ? "-" : "") + sort.by;
}
