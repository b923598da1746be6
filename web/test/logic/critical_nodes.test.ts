import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

import type { Bottlenecks } from "@/api/answers";
import { partsOf } from "@/logic/critical_nodes";

const read = (name: string) =>
  JSON.parse(readFileSync(`../tests/snapshots/api/${name}.json`, "utf8")) as Bottlenecks;

describe("parts of the critical time", () => {
  const found = read("bottlenecks");
  it("are nodes from the longest on, then waiting; together they are all of it", () => {
    const parts = partsOf(found);
    const nodes = parts.flatMap((each) => (each.kind === "node" ? [each.node.node_id] : []));
    const byShare = found.items.toSorted((one, other) => other.critical_share - one.critical_share);
    expect(nodes).toEqual(byShare.slice(0, nodes.length).map((each) => each.node_id));
    expect(parts.reduce((sum, each) => sum + each.share, 0)).toBeCloseTo(1, 9);
  });
  it("are one where nodes are small, but for the first", () => {
    const [first] = found.items;
    if (!first) throw new Error("nothing on record");
    const items = [0.96875, 0.0078125, 0.0078125, 0.015625].map((critical_share, place) => ({
      ...first,
      node_id: String(place),
      critical_share,
    }));
    const nothing = { share: 0, seconds: 0 };
    const waiting = { queue: nothing, retry_delay: nothing, engine_overhead: nothing };
    expect(partsOf({ ...found, items, waiting }).map((each) => [each.kind, each.share])).toEqual([
      ["node", 0.96875],
      ["rest", 0.03125],
    ]);
  });
  it("of nothing are none", () => {
    expect(partsOf(read("bottlenecks_empty"))).toEqual([]);
  });
});
