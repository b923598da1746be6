import { describe, expect, it } from "vitest";

import potential from "../../../tests/snapshots/api/cache_potential.json";
import { promiseOf, remedyOf } from "@/logic/cache_promise";

const shadow = {
  ...{ would_hit: 300, misses: 100, would_hit_rate: 75, matched: 298, mismatched: 2, mismatch_bound: 0.02 },
  ...{ time_saved: 90, cost_saved: 1.5 },
};
const advice = {
  ...{ recommendation_id: "r", case: "exact", hit_ratio: 0.4, pairs: 812, mismatches: 0 },
  ...{ mismatch_bound: 0.0037, ttl_hours: 6, seconds_per_run: 1.5, usd_per_month: null },
};

describe("what a cache promises of a node", () => {
  it("is what shadow mode saw, before what advice reckons", () => {
    expect(promiseOf({ node_id: "n", shadow, advice })).toEqual({
      ...{
        source: "shadow",
        hitRatio: 0.75,
        compared: 300,
        differing: 2,
        bound: 0.02,
        seconds: 90,
        usd: 1.5,
      },
    });
  });

  it("is what advice reckons where nobody looked on", () => {
    expect(promiseOf({ node_id: "n", shadow: null, advice })).toEqual({
      ...{ source: "advice", hitRatio: 0.4, compared: 812, differing: 0, bound: 0.0037 },
      ...{ seconds: 1.5, usd: null },
    });
  });

  it("is nothing where neither says anything", () => {
    expect(promiseOf({ node_id: "n", shadow: null, advice: null })).toBeNull();
  });

  it("reads what the server answers", () => {
    const [other, same] = potential.items.map(promiseOf);
    expect(other).toMatchObject({ compared: 2, differing: 2, bound: 1 });
    expect(same).toMatchObject({ compared: 2, differing: 0 });
  });

  it.each([
    ["safe", "on"],
    ["undecided", "shadow"],
    ["advised", "shadow"],
    ["differs", "none"],
    ["a word of tomorrow", "shadow"],
  ])("%s leads to %s", (verdict, remedy) => {
    expect(remedyOf(verdict)).toBe(remedy);
  });
});
