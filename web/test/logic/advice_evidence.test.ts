import { describe, expect, it } from "vitest";

import { fromLocal, toLocal } from "@/logic/advice_dates";
import { figuresOf, relatedTo, shownBy, suchRuns, turnsOf } from "@/logic/advice_evidence";
import { factWords } from "@/logic/advice_fact_words";

const evidence = [
  {
    kind: "failed_runs",
    run_ids: ["r 1/ä", "r2"],
    node_ids: ["pay"],
    figures: { failed_runs: 65, of: null },
  },
  { kind: "related", title: "It fails", improvement: null },
  { kind: "history", at: "2026-11-08T12:00:00+00:00", what: "implemented", words: "Retries." },
];
const WEEK = { since: "2026-11-01T00:00:00Z" };

describe("evidence", () => {
  it("is told apart by its kinds", () => {
    expect(shownBy(evidence)).toEqual([
      {
        kind: "failed_runs",
        runs: ["r 1/ä", "r2"],
        nodes: ["pay"],
        servedFrom: [],
        figures: [["failed_runs", 65]],
      },
    ]);
    expect(relatedTo(evidence)).toEqual([{ title: "It fails", improvement: null }]);
    expect(turnsOf(evidence)).toEqual([
      { at: "2026-11-08T12:00:00+00:00", what: "implemented", words: "Retries." },
    ]);
  });
  it("leads to all such runs, where a list of runs can tell them", () => {
    const shown = (kind: string) => ({ kind, runs: [], nodes: ["pay"], servedFrom: [], figures: [] });
    expect(suchRuns(shown("failed_runs"), null, WEEK)).toEqual({
      status: "failed",
      failed_node: "pay",
      since: "2026-11-01T00:00:00Z",
    });
    expect(suchRuns(shown("slow_runs"), { unit: "s", baseline: 7.5628 }, null)).toEqual({
      slower_than: 7.563,
    });
    expect(suchRuns(shown("slow_runs"), { unit: "usd", baseline: 7 }, null)).toBeNull();
    expect(suchRuns(shown("cache_hits"), { unit: "s", baseline: 7 }, WEEK)).toBeNull();
  });
  it("has figures in their units, and names as people read them", () => {
    expect(figuresOf({ a: 1, b: null, c: "x", d: Number.NaN })).toEqual([
      ["a", 1],
      ["c", "x"],
    ]);
    expect(
      (
        [
          ["wait_seconds", 8],
          ["ttl_hours", 24],
          ["hit_ratio_low", 0.664],
          ["saved_usd_per_month", 125.2],
          ["room_bytes", 60_500],
          ["growth", 5.0106],
          ["executions", 996],
          ["version", "v16"],
        ] as const
      ).map(([name, value]) => factWords(name, value)),
    ).toEqual([
      ["Wait", "8 s"],
      ["Ttl", "24 h"],
      ["Hit ratio low", "66.4 %"],
      ["Saved dollars per month", "$125.20"],
      ["Room bytes", "60.5 kB"],
      ["Growth", "5.01"],
      ["Executions", "996"],
      ["Version", "v16"],
    ]);
  });
});

describe("a field for date and time", () => {
  it("means the instant that it shows, in the reader's own zone", () => {
    const at = new Date("2026-11-08T12:34:00Z");
    expect(fromLocal(toLocal(at))).toBe("2026-11-08T12:34:00.000Z");
    expect(fromLocal("")).toBeNull();
  });
});
