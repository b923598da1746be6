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

  it("leaves an order that does not exist alone", () => {
    expect(ids(inOrder(all, { by: "toString", descending: true }))).toEqual(["calm", "grave", "failing"]);
    expect([isOrder("cost"), isOrder("toString")]).toEqual([true, false]);
  });

  it("counts those in trouble, and finds those without a node to blame", () => {
    expect(troubled(all)).toBe(1);
    expect(ids(unblamed(all))).toEqual(["grave", "failing"]);
  });
});
