import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import type { Overview } from "@/api/answers";
import { DEFAULT_SORT, inOrder, isOrder, lines, matching, troubled, unblamed } from "@/logic/overview_rows";

import { workflow, worsened } from "./overview_lines";

const recorded = JSON.parse(
  readFileSync(new URL("../../../tests/snapshots/api/overview.json", import.meta.url), "utf8"),
) as Overview;

const of = (...workflows: Overview["workflows"]) => lines({ ...recorded, workflows });
const ids = (all: ReturnType<typeof lines>) => all.map((each) => each.of.workflow_id);

describe("lines", () => {
  it("are made of what the server answers", () => {
    const [line] = lines(recorded);
    expect(line?.name).toBe("trip_planner");
    expect(line?.trouble.reasons.map((each) => each.kind)).toEqual(["failing"]);
  });

  it("are called by their name, else by their id", () => {
    const [named, plain] = of(workflow({ workflow_name: "Checkout" }), workflow());
    expect([named?.name, plain?.name]).toEqual(["Checkout", "checkout"]);
  });
});

describe("matching", () => {
  const all = of(
    workflow({ workflow_id: "w-1", workflow_name: "Checkout agent" }),
    workflow({ workflow_id: "w-2", app_id: "travel", workflow_name: "Trip" }),
  );

  it.each([
    ["", ["w-1", "w-2"]],
    [undefined, ["w-1", "w-2"]],
    ["AGENT check", ["w-1"]],
    ["travel", ["w-2"]],
    ["w-", ["w-1", "w-2"]],
    ["nothing", []],
  ])("%s", (text, expected) => {
    expect(ids(matching(all, text))).toEqual(expected);
  });
});

describe("inOrder", () => {
  const all = of(
    workflow({ workflow_id: "calm", total_cost: 5 }),
    workflow({ workflow_id: "grave", total_cost: null, worst: worsened() }),
    workflow({ workflow_id: "failing", total_cost: 7, failed: 50 }),
  );

  it("puts trouble first", () => {
    expect(ids(inOrder(all, DEFAULT_SORT))).toEqual(["grave", "failing", "calm"]);
  });

  it("puts what is unknown last either way", () => {
    expect(ids(inOrder(all, { by: "cost", descending: true }))).toEqual(["failing", "calm", "grave"]);
    expect(ids(inOrder(all, { by: "cost", descending: false }))).toEqual(["calm", "failing", "grave"]);
  });

  it.each([
    ["name", ["calm", "failing", "grave"]],
    ["runs", ["failing", "calm", "grave"]],
    ["p95", ["grave", "calm", "failing"]],
    ["errors", ["calm", "grave", "failing"]],
    ["cache", ["failing", "grave", "calm"]],
    ["last", ["grave", "failing", "calm"]],
  ])("goes by %s, the least first", (by, expected) => {
    const time = (p95: number) => ({ ...workflow().execution_time, p95 });
    const three = of(
      workflow({ workflow_id: "calm", run_count: 20, execution_time: time(2), error_rate: 0.01, cache_hit_rate: 90, last_run_at: "2026-11-08T03:00:00Z" }),
      workflow({ workflow_id: "grave", run_count: 30, execution_time: time(1), error_rate: 0.02, cache_hit_rate: 50, last_run_at: "2026-11-08T01:00:00Z" }),
      workflow({ workflow_id: "failing", run_count: 10, execution_time: time(3), error_rate: 0.03, cache_hit_rate: 10, last_run_at: "2026-11-08T02:00:00Z" }),
    ); // prettier-ignore
    expect(ids(inOrder(three, { by, descending: false }))).toEqual(expected);
  });

  it("leaves an order that does not exist alone", () => {
    expect(ids(inOrder(all, { by: "toString", descending: true }))).toEqual(["calm", "grave", "failing"]);
    expect([isOrder("cost"), isOrder("toString")]).toEqual([true, false]);
  });

  it("counts those in trouble, and finds those without a node to blame", () => {
    expect(troubled(all)).toBe(1);
    expect(ids(unblamed(all))).toEqual(["grave", "failing"]);
  });
});
