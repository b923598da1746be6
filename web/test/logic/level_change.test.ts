import { describe, expect, it } from "vitest";

import type { Degradation } from "@/api/answers";
import {
  besideBefore,
  bounds,
  causeFigures,
  evidenceRuns,
  extent,
  level,
  runsSince,
  seenIn,
} from "@/logic/level_change";

const EVENT: Degradation = {
  id: "1",
  app_id: "shop",
  workflow_id: "checkout",
  workflow_version: null,
  metric: "run_time_p50",
  state: "open",
  is_improvement: false,
  started_at: "2026-11-21T00:00:00Z",
  found_at: "2026-11-26T00:00:00Z",
  last_seen_at: "2026-11-26T00:00:00Z",
  closed_at: null,
  ratio: 1.224,
  low: 1.19,
  high: 1.26,
  before: 6.2154,
  after: 7.609,
  p_value: 0,
  method: "change_point",
  resolution_seconds: 86_400,
  causes: [
    {
      kind: "model",
      name: "rerank: small → large",
      share: 1,
      evidence: { from: "small", share_before: 0.1, share_after: 1, runs_before: 159, run_ids: ["a", "b"] },
    },
    {
      kind: "node",
      name: "rerank",
      share: 0.9,
      evidence: { before: 1.254, after: 2.548, run_ids: ["b", "c", 7] },
    },
    { kind: "input_size", name: "rerank", share: null, evidence: { before: 4182, after: 5153 } },
    { kind: "traffic_mix", name: "vip", share: null, evidence: {} },
  ],
};

describe("a change of level", () => {
  it("is told with its bounds, in its unit", () => {
    expect([extent(EVENT), bounds(EVENT), level(EVENT, EVENT.before)]).toEqual([
      "+22.4 %",
      "+19 % to +26 %",
      "6.22 s",
    ]);
    expect(level({ ...EVENT, metric: "cost" }, 0.0138)).toBe("$0.014");
  });
  it("of what hardly ever was is told as a bound", () => {
    expect(extent({ ...EVENT, ratio: 50, low: 3.2, high: 800 })).toBe("at least ×3.2");
    expect(extent({ ...EVENT, ratio: 0.018, low: 0.001, high: 0.3 })).toBe("at most ×0.3");
  });
  it("has causes with figures of their own", () => {
    expect(EVENT.causes.map((cause) => causeFigures(EVENT, cause))).toEqual([
      "10 % → 100 % of runs",
      "1.25 s → 2.55 s a run",
      "4182 → 5153 tokens or bytes",
      "",
    ]);
  });
  it("opens the runs that show it", () => {
    expect(evidenceRuns(EVENT, 2)).toEqual(["a", "b"]);
    expect(evidenceRuns(EVENT, 9)).toEqual(["a", "b", "c"]);
    expect(runsSince(EVENT)).toEqual({ since: EVENT.started_at, slower_than: 6.22 });
    expect(runsSince({ ...EVENT, metric: "error_rate" })).toEqual({
      since: EVENT.started_at,
      status: "failed",
    });
    expect(besideBefore(EVENT)).toEqual({
      view: "compare",
      a_since: "2026-11-14T00:00:00.000Z",
      a_until: EVENT.started_at,
      b_since: EVENT.started_at,
    });
    expect(besideBefore({ ...EVENT, closed_at: "2026-11-22T00:00:00Z" }).b_until).toBe(
      "2026-11-22T00:00:00.000Z",
    );
    expect(seenIn({ ...EVENT, metric: "run_time_p95" })).toBe("run_time");
  });
});
