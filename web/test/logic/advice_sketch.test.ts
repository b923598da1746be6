import { describe, expect, it } from "vitest";

import { scheduleSketch } from "@/logic/advice_schedule";
import { reach, sketchOf, type Lane } from "@/logic/advice_sketch";

const sketch = (
  rule: string,
  facts: Record<string, unknown>,
  estimate: Record<string, unknown> | null = null,
) => sketchOf({ rule, facts, estimate });
const kinds = (lane: Lane | undefined) => lane?.pieces.map((piece) => piece.kind);
const ends = (lanes: readonly Lane[] | undefined) => lanes?.map((lane) => lane.pieces.at(-1)?.to);

describe("pictures of a step, now and with the change", () => {
  it("show the wait between attempts as long as it is", () => {
    const found = sketch("retry_patterns.backoff_long", { wait_seconds: 8, proposed_wait_seconds: 1 });
    expect(kinds(found?.before[0])).toEqual(["failed", "waiting", "work"]);
    const length = (lane: Lane | undefined) => (lane?.pieces[1]?.to ?? 0) - (lane?.pieces[1]?.from ?? 0);
    expect([length(found?.before[0]), length(found?.after[0])]).toEqual([8, expect.closeTo(1)]);
    expect(found?.before[0]?.end).toBe("waits 8 s");
  });
  it("show one attempt more where none is made, and say how often it succeeds", () => {
    const found = sketch("retry_patterns.missing", { next_try_succeeds_ratio: 0.93 });
    expect(kinds(found?.before[0])).toEqual(["failed"]);
    expect(found?.after[0]?.pieces.at(-1)?.label).toBe("succeeds in 93 %");
  });
  it("show no attempts beyond those that are worth it", () => {
    const found = sketch("retry_patterns.too_many", { worthwhile_attempts: 2 });
    expect(kinds(found?.after[0])).toEqual(["failed", "waiting", "failed"]);
    expect(found?.before[0]?.pieces.at(-1)?.label).toBe("tried again in vain");
  });
  it("show of twenty executions those that a cache serves, spread evenly", () => {
    const found = sketch("cache_opportunities.exact", { hit_ratio: 0.705 });
    const after = kinds(found?.after[0]) ?? [];
    expect(after).toHaveLength(20);
    expect(after.filter((kind) => kind === "cache")).toHaveLength(14);
    expect(kinds(found?.before[0])).not.toContain("cache");
  });
  it("show the slow kind beside the usual one", () => {
    const facts = { slow_median_seconds: 24, usual_median_seconds: 1.5, slow_share: 0.03 };
    const found = sketch("slow_nodes.mode", facts);
    expect([ends(found?.before), ends(found?.after)]).toEqual([
      [24, 1.5],
      [1.5, 1.5],
    ]);
  });
  it("show two versions by their names", () => {
    const facts = { version: "v16", version_before: "v15", median_seconds: 2.5, other_median_seconds: 1.1 };
    const found = sketch("slow_nodes.version", facts);
    expect([found?.before[0]?.name, found?.after[0]?.name]).toEqual(["v16", "v15"]);
  });
  it("show items in as many lanes as there are slots", () => {
    const found = sketch("parallel_opportunities.iteration", { items: 6, slots: 4 });
    expect(found?.before[0]?.pieces).toHaveLength(6);
    expect(found?.after.map((lane) => lane.pieces.length)).toEqual([2, 2, 1, 1]);
  });
  it("show what waits as a share, where nothing is known of afterwards", () => {
    const found = sketch("slow_nodes.queue", { queue_share: 0.25 });
    expect(found?.after).toEqual([]);
    expect(kinds(found?.before[0])).toEqual(["waiting", "work"]);
  });
  it("show of a hundred runs those that fail, for whatever rule is about failures", () => {
    const found = sketch("error_patterns.unknown", {}, { unit: "ratio", baseline: 0.061, expected: 0.012 });
    const failing = (lane: Lane | undefined) => kinds(lane)?.filter((kind) => kind === "failed").length;
    expect([failing(found?.before[0]), failing(found?.after[0])]).toEqual([6, 1]);
  });
  it.each([
    ["no rule of ours", {}, null],
    ["retry_patterns.backoff_long", {}, null],
    ["cache_opportunities.exact", { hit_ratio: 0.001 }, null],
    ["parallel_opportunities.iteration", { items: 500, slots: 4 }, null],
    ["error_patterns.unknown", {}, { unit: "ratio", baseline: 0.004, expected: 0 }],
    ["slow_nodes.tail", { p95_seconds: 8, median_seconds: 1 }, { unit: "s", baseline: 9, expected: 5 }],
  ])("are left out where too little is known: %s", (rule, facts, estimate) => {
    expect(sketch(rule, facts, estimate)).toBeNull();
  });
  it("have one scale for both sides", () => {
    const found = sketch("retry_patterns.timeout_long", { timeout_seconds: 30, enough_seconds: 4 });
    expect(found && reach(found)).toBe(30);
  });
});

describe("branches side by side", () => {
  const steps = [
    { id: "a", name: "A", seconds: 0.4 },
    { id: "b", name: "B", seconds: 0.5 },
    { id: "c", name: "C", seconds: 0.1 },
  ];
  const saving = (seconds: number) => ({ metric: "execution_time_p50", baseline: 7, expected: 7 - seconds });
  const rule = "parallel_opportunities.branches";

  it("start together where that is what the replay came to", () => {
    const found = scheduleSketch(rule, steps, saving(0.5));
    expect(found?.before.map((lane) => lane.pieces[0]?.from)).toEqual([0, 0.4, 0.9]);
    expect(found?.after.map((lane) => lane.pieces[0]?.from)).toEqual([0, 0, 0]);
    expect(found?.after.map((lane) => lane.pieces[0]?.kind)).toEqual(["work", "critical", "work"]);
  });
  it("are not drawn where it came to less: some wait for others still", () => {
    expect(scheduleSketch(rule, steps, saving(0.2))).toBeNull();
    expect(scheduleSketch("slow_nodes.mode", steps, saving(0.5))).toBeNull();
    expect(scheduleSketch(rule, steps.slice(0, 1), saving(0.5))).toBeNull();
  });
});

describe("pictures of what is kept, sent and repeated", () => {
  const rows = (lanes: readonly Lane[] | undefined) => lanes?.map((lane) => [lane.name, lane.end]);

  it("show for how long results are kept", () => {
    const found = sketch("cache_ttls.too_short", { now_ttl_hours: 1, ttl_hours: 24 });
    expect([ends(found?.before), ends(found?.after)]).toEqual([[1], [24]]);
    expect([found?.before[0]?.end, found?.after[0]?.end]).toEqual(["1 h", "24 h"]);
    expect(sketch("cache_ttls.too_short", { now_ttl_hours: 1 })).toBeNull();
  });
  it("show the share of a prompt that the provider serves", () => {
    const facts = { cached_token_share_now: 0.1, cached_token_share_then: 0.8 };
    const found = sketch("token_usage.prompt_prefix", facts);
    expect(kinds(found?.after[0])).toEqual(["cache", "cost"]);
    expect([found?.before[0]?.end, found?.after[0]?.end]).toEqual(["10 %", "80 %"]);
    expect(sketch("token_usage.prompt_prefix", { cached_token_share_now: 0.1 })).toBeNull();
  });
  it("show how a prompt grew from the first quarter to the last", () => {
    const found = sketch("token_usage.prompt_drift", { first_tokens: 800, last_tokens: 2400 });
    expect(rows(found?.before)).toEqual([
      ["First quarter", "800"],
      ["Last quarter", "2,400"],
    ]);
    expect(ends(found?.after)).toEqual([800]);
    expect(sketch("token_usage.prompt_drift", { first_tokens: 800 })).toBeNull();
  });
  it("show what each round sends, of eight rounds at most", () => {
    const facts = { first_round_tokens: 100, tokens_per_round: 50, usual_rounds: 3 };
    expect(ends(sketch("token_usage.prompt_growth", facts)?.before)).toEqual([100, 150, 200]);
    expect(sketch("token_usage.prompt_growth", { ...facts, usual_rounds: 40 })?.before).toHaveLength(8);
    expect(sketch("token_usage.prompt_growth", { ...facts, usual_rounds: 1 })).toBeNull();
  });
  it("show how often it goes round, and that a limit cuts the longest run only", () => {
    const found = sketch("best_practice.unbounded_loop", { usual_rounds: 3, most_rounds: 60, limit: 10 });
    expect([ends(found?.before), ends(found?.after)]).toEqual([[3, 60], [10]]);
    expect(sketch("best_practice.unbounded_loop", { usual_rounds: 3, most_rounds: 60 })).toBeNull();
  });
  it("show a timeout that gives up what would have succeeded", () => {
    const found = sketch("retry_patterns.timeout_short", { timeout_seconds: 2, proposed_seconds: 6 });
    expect([kinds(found?.before[0]), kinds(found?.after[0])]).toEqual([["failed"], ["work"]]);
    expect(found?.before[0]?.end).toBe("given up after 2 s");
    expect(sketch("retry_patterns.timeout_short", { timeout_seconds: 2 })).toBeNull();
    expect(sketch("retry_patterns.timeout_long", { timeout_seconds: 2 })).toBeNull();
  });
  it("show the slowest success beside a timeout that is longer than needed", () => {
    const facts = { timeout_seconds: 60, enough_seconds: 9, success_p99_seconds: 6 };
    const found = sketch("retry_patterns.timeout_long", facts);
    expect([ends(found?.before), ends(found?.after)]).toEqual([
      [60, 6],
      [9, 6],
    ]);
  });
  it("show one attempt more than are made now", () => {
    const facts = { attempts_now: 2, last_attempt_succeeds_ratio: 0.8 };
    const found = sketch("retry_patterns.too_few", facts);
    expect(kinds(found?.before[0])).toEqual(["failed", "waiting", "failed"]);
    expect(kinds(found?.after[0])).toEqual(["failed", "waiting", "failed", "waiting", "work"]);
    expect(sketch("retry_patterns.too_few", { attempts_now: 7 })).toBeNull();
  });
});
