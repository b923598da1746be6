import { describe, expect, it } from "vitest";

import { trouble } from "@/logic/overview_trouble";

import { workflow, worsened } from "./overview_lines";

const kinds = (of: ReturnType<typeof workflow>) => trouble(of).reasons.map((each) => each.kind);

describe("trouble", () => {
  it("is none where nothing is wrong", () => {
    expect(trouble(workflow())).toEqual({ score: 0, level: "none", reasons: [], node: null });
  });

  it("is grave where an eighth of the runs fails, and worth a look where a twentieth does", () => {
    const found = trouble(workflow({ failed: 125, error_rate: 0.125 }));
    expect(found.level).toBe("grave");
    expect(found.score).toBeCloseTo(10 + 300 * (125 / 1004));
    expect(trouble(workflow({ failed: 50 })).level).toBe("watch");
    expect(trouble(workflow({ failed: 5 })).level).toBe("none");
  });

  it("grows with the share of failures, and where that share has grown", () => {
    const score = (failed: number, growth: number | null) =>
      trouble(workflow({ failed, change: { error_rate: growth } })).score;
    expect(score(100, null)).toBeGreaterThan(score(50, null));
    expect(score(50, 1)).toBeCloseTo(score(50, null) + 15);
    expect(score(4, 1)).toBe(0);
    expect(score(50, -0.5)).toBe(score(50, null));
  });

  it("is less sure of few runs", () => {
    const score = (failed: number, run_count: number) => trouble(workflow({ failed, run_count })).score;
    expect(score(1, 2)).toBeLessThan(score(10, 20));
  });

  it("is grave where a level doubled and has not come back", () => {
    const found = trouble(workflow({ worst: worsened({ ratio: 2 }) }));
    expect([found.score, found.level]).toEqual([60, "grave"]);
    expect(trouble(workflow({ worst: worsened({ ratio: null }) })).score).toBe(100);
  });

  it("does not count twice what an open change tells of", () => {
    const change = { "execution_time.p95": 1, total_cost: 1, run_count: 0, error_rate: 1 };
    const told = (metric: "run_time_p50" | "cost" | "error_rate") =>
      kinds(workflow({ failed: 50, change, worst: worsened({ metric }) })).toSorted();
    expect(told("run_time_p50")).toEqual(["changed", "dearer", "failing"]);
    expect(told("cost")).toEqual(["changed", "failing", "slower"]);
    expect(told("error_rate")).toEqual(["changed", "dearer", "slower"]);
  });

  it("is not growing traffic, but dearer runs are", () => {
    expect(kinds(workflow({ change: { run_count: 4, total_cost: 4.1 } }))).toEqual([]);
    expect(trouble(workflow({ change: { run_count: 1, total_cost: 3 } })).reasons).toEqual([
      { kind: "dearer", points: 15, ratio: 1 },
    ]);
  });

  it("says nothing of the time of a handful of runs", () => {
    const change = { "execution_time.p95": 3 };
    expect(kinds(workflow({ run_count: 19, change }))).toEqual([]);
    expect(kinds(workflow({ run_count: 20, change }))).toEqual(["slower"]);
  });

  it("has the heaviest reason first", () => {
    const change = { "execution_time.p95": 0.2 };
    expect(kinds(workflow({ failed: 100, change }))).toEqual(["failing", "slower"]);
  });

  it("names the node that a cause blames, else the one that advice is about", () => {
    const causes = [
      { kind: "workflow_version", name: "v16", share: 0.8 },
      { kind: "node", name: "rerank", share: 1 },
    ] as const;
    const worth = { seconds_per_month: 1, usd_per_month: null, failed_runs_per_month: null, score: 1 };
    const advice = { id: "a", title: "t", severity: "low", affected_nodes: ["search"], worth } as const;
    expect(trouble(workflow({ worst: worsened({ causes }), advice })).node).toBe("rerank");
    expect(trouble(workflow({ worst: worsened(), advice })).node).toBe("search");
    expect(trouble(workflow({ advice })).node).toBeNull();
  });
});
