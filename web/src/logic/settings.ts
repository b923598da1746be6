/** What is set, found by name and read as people do. */
import type { Setting } from "@/api/answers";

import { UNKNOWN, bytes, duration } from "./format";

const IN_BYTES = /(_bytes|_budget|_memory|_max_entry|_max_size)$/;

/** The value of a setting that is a number; null where it is not set. */
export function numberOf(items: readonly Setting[], name: string): number | null {
  const value = items.find((each) => each.name === name)?.value;
  return typeof value === "number" ? value : null;
}

/** The value of a setting in words. */
export function settingText(items: readonly Setting[], name: string): string {
  return valueText(name, items.find((each) => each.name === name)?.value ?? null);
}

/** A value in words: sizes and times in their units, switches as on and off. */
export function valueText(name: string, value: Setting["value"]): string {
  if (value === null || value === "") return UNKNOWN;
  if (typeof value === "boolean") return value ? "on" : "off";
  if (typeof value === "number") {
    if (IN_BYTES.test(name)) return bytes(value);
    if (name.endsWith("_seconds")) return duration(value);
    if (name.endsWith("_ms")) return duration(value / 1000);
    return value.toLocaleString("en", { useGrouping: !name.endsWith("port") });
  }
  if (typeof value === "object") {
    const said = Object.entries(value).map(([each, hours]) => `${each}: ${hours} h`);
    return said.length ? said.join(", ") : UNKNOWN;
  }
  return value;
}

/** The part of a room that is used, 0 to 1; null where there is no bound. */
export function usedShare(used: number, bound: number | null): number | null {
  return bound === null || bound <= 0 ? null : Math.min(1, used / bound);
}
