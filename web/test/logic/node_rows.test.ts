import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

import type { Bottlenecks, Breakdown } from "@/api/answers";
import { chosen, matching, nodeRows } from "@/logic/node_rows";

const read = (name: string) =>
  JSON.parse(readFileSync(`../tests/snapshots/api/${name}.json`, "utf8")) as unknown;
const figures = read("nodes") as Breakdown;
const path = read("bottlenecks") as Bottlenecks;

describe("all nodes in one list", () => {
  const rows = nodeRows(figures, path);
  it("have their figures, and their part of the critical path", () => {
    expect(new Set(rows.map((each) => each.node.node_id))).toEqual(
      new Set(["plan", "flights", "hotel", "book"]),
    );
    const shares = Object.fromEntries(rows.map((each) => [each.node.node_id, each.critical?.critical_share]));
    expect(shares.hotel).toBeUndefined();
    expect(shares.flights).toBeGreaterThan(0.5);
    expect(rows.find((each) => each.node.node_id === "hotel")?.hitRatio).toBe(1);
  });
  it("are there before the path is known", () => {
    expect(nodeRows(figures, undefined)).toHaveLength(4);
  });
  it("are found by a part of name, id or type", () => {
    expect(matching(rows, "HOT").map((each) => each.node.node_id)).toEqual(["hotel"]);
    expect(matching(rows, "llm").map((each) => each.node.node_id)).toEqual(["plan"]);
    expect(matching(rows, undefined)).toHaveLength(4);
    expect(matching(rows, "nothing")).toEqual([]);
  });
  it("of one id are told apart by the step around them", () => {
    const [row] = rows;
    if (!row) throw new Error("nothing on record");
    const inside = { ...row, id: "inside", node: { ...row.node, enclosing_node_id: "loop" } };
    const both = [row, inside];
    expect(chosen(both, row.node.node_id, undefined)?.id).toBe(row.id);
    expect(chosen(both, row.node.node_id, "loop")?.id).toBe("inside");
    expect(chosen([inside], row.node.node_id, undefined)?.id).toBe("inside");
    expect(chosen(both, "nobody", undefined)).toBeUndefined();
  });
});
