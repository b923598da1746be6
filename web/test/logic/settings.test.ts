/** What is set, in words. */
import { describe, expect, it } from "vitest";

import type { Setting } from "@/api/answers";
import { numberOf, settingText, usedShare, valueText } from "@/logic/settings";

const items = [
  { name: "port", value: 4318 },
  { name: "database_url", value: "sqlite:///runs.db" },
] as unknown as readonly Setting[];

describe("a setting", () => {
  it.each([
    ["max_body_bytes", 2_000_000, "2 MB"],
    ["timeout_seconds", 90, "90 s"],
    ["flush_ms", 250, "250 ms"],
    ["port", 14318, "14318"],
    ["max_rows", 14318, "14,318"],
    ["upkeep", true, "on"],
    ["upkeep", false, "off"],
    ["ttls", { llm: 24, tool: 1 }, "llm: 24 h, tool: 1 h"],
    ["ttls", {}, "–"],
    ["url", "", "–"],
    ["url", null, "–"],
    ["host", "127.0.0.1", "127.0.0.1"],
  ])("%s = %j is read as %s", (name, value, said) => {
    expect(valueText(name, value)).toBe(said);
  });
  it("is found by its name; what is not there is unknown, and what is no number is none", () => {
    expect([numberOf(items, "port"), numberOf(items, "database_url"), numberOf(items, "none")]).toEqual([
      4318,
      null,
      null,
    ]);
    expect([settingText(items, "port"), settingText(items, "none")]).toEqual(["4318", "–"]);
  });
  it("of a room says how much is used, where it has a bound", () => {
    expect([usedShare(5, 10), usedShare(20, 10), usedShare(5, null), usedShare(5, 0)]).toEqual([
      0.5,
      1,
      null,
      null,
    ]);
  });
});
