import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

import type { AdviceList } from "@/api/answers";
import { rough, worthParts, worthWords, type Rated } from "@/logic/advice_worth";

const nothing = { seconds_per_month: null, usd_per_month: null, failed_runs_per_month: null };
const rated = (gain: Rated["gain"], metric: string | null, worth: Partial<Rated["worth"]> = {}): Rated => ({
  gain,
  estimate: metric === null ? null : { metric },
  worth: { ...nothing, ...worth },
});
const recorded = JSON.parse(
  readFileSync(`${import.meta.dirname}/../../../tests/snapshots/api/all_recommendations.json`, "utf8"),
) as AdviceList;

describe("what advice is worth", () => {
  it.each([
    ["execution_time_p50", "1.2 s off the median run"],
    ["execution_time_p95", "1.2 s off the slowest runs (p95)"],
    ["execution_time_mean", "1.2 s off a run, on average"],
  ])("of %s is said of the runs that it is about", (metric, words) => {
    expect(worthParts(rated({ seconds_per_run: 1.2 }, metric))[0]?.words).toBe(words);
  });
  it("is said of all parts that are there, the weightiest first", () => {
    const gain = { seconds_per_run: 1.2, usd_per_month: 43, failed_run_share: 0.01, share_of_run: 0.2 };
    const parts = worthParts(
      rated(gain, "execution_time_p50", { seconds_per_month: 3600, failed_runs_per_month: 3 }),
    );
    expect(parts.map((part) => part.kind)).toEqual(["money", "time", "failures"]);
    expect(worthWords(parts)).toBe(
      "$43.00 a month, 1.2 s off the median run (1 h of run time a month), 1 % of runs would not fail (about 3 runs a month)",
    );
  });
  it.each([null, {}, { usd_per_month: 0.002 }, { seconds_per_run: 0 }, { seconds_per_run: "1" }])(
    "is nothing where %j is gained",
    (gain) => {
      expect(worthParts(rated(gain, null))).toEqual([]);
    },
  );
  it("stands in the order in which the server ranks, as recorded", () => {
    const heads = recorded.items.map((line) => worthParts(line)[0]?.short);
    expect(heads).toEqual(["−50 %", "−$500.00", "−1.2 s", undefined]);
  });
  it("is no more exact than it is known", () => {
    expect([90.4, 2571, 36_400].map(rough)).toEqual(["90.4 s", "43 min", "10 h"]);
  });
});
