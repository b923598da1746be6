import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import type { Breakdown } from "@/api/answers";
import { failsMost } from "@/logic/overview_blame";

const read = (name: string) =>
  JSON.parse(
    readFileSync(new URL(`../../../tests/snapshots/api/${name}.json`, import.meta.url), "utf8"),
  ) as Breakdown;

describe("failsMost", () => {
  it("is the node that failed most often", () => {
    expect(failsMost(read("nodes"))?.node_id).toBe("book");
  });

  it("is none where none failed, or nothing is known", () => {
    expect(failsMost(read("nodes_empty"))).toBeNull();
    expect(failsMost(undefined)).toBeNull();
  });

  it("is the inner one of two that failed as often", () => {
    const nodes = read("nodes");
    const items = nodes.items.map((type) => ({
      ...type,
      nodes: type.nodes.flatMap((node) => [
        node,
        { ...node, node_id: "inside", enclosing_node_id: node.node_id },
      ]),
    }));
    expect(failsMost({ ...nodes, items })?.node_id).toBe("inside");
  });
});
