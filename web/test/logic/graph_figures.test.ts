import { describe, expect, it } from "vitest";

import type { Bottlenecks, Breakdown, Graph } from "@/api/answers";
import { joined } from "@/logic/graph_figures";

import bottlenecks from "../../../tests/snapshots/api/bottlenecks.json";
import graph from "../../../tests/snapshots/api/graph.json";
import nodes from "../../../tests/snapshots/api/nodes.json";
import { bottleneck, figures, graphOf, typed } from "../support/graphs";

describe("the steps of a graph beside what was measured", () => {
  it("joins what the server answers", () => {
    const found = joined(graph as Graph, (nodes as Breakdown).items, (bottlenecks as Bottlenecks).items);

    expect(found.strays).toEqual([]);
    expect([...found.steps.keys()]).toEqual(["book", "flights", "hotel", "plan"]);
    expect(found.steps.get("flights")?.measured).toMatchObject({
      executions: 3,
      criticalShare: 0.6,
      onPath: 1,
      cost: null,
    });
    expect(found.steps.get("hotel")?.measured).toMatchObject({ criticalShare: 0, onPath: 0 });
  });

  it("finds a step by its title where no step has the id, if only one bears it", () => {
    const of = graphOf([
      ["1", { title: "Ask" }],
      ["2", { title: "Twice" }],
      ["3", { title: "Twice" }],
    ]);
    const measured = [figures("ask", { node_title: "Ask" }), figures("x", { node_title: "Twice" })];
    const found = joined(of, [typed(measured)], []);

    expect(found.steps.get("1")?.measured?.executions).toBe(10);
    expect(found.steps.get("2")?.measured).toBeNull();
    expect(found.strays.map((each) => each.node_id)).toEqual(["x"]);
  });

  it("counts what ran in the step's own container, else all of it", () => {
    const of = graphOf([["loop"], ["ask", { container: "loop" }], ["look"]]);
    const measured = [
      figures("ask", { enclosing_node_id: "loop", execution_count: 3, cost: 0.5, cache_hits: 3 }),
      figures("ask", { enclosing_node_id: "other", execution_count: 4 }),
      figures("look", { enclosing_node_id: "a", execution_count: 1, cost: 0.25, error_rate: 1 }),
      figures("look", { enclosing_node_id: "b", execution_count: 3, cost: 0.5, error_rate: 0 }),
    ];
    const critical = [
      bottleneck("look", 0.2, 0.9, "a"),
      bottleneck("look", 0.1, 0.4, "b"),
      bottleneck("ask", 0.5, 1, "other"),
    ];
    const found = joined(of, [typed(measured)], critical);

    expect(found.steps.get("ask")?.measured).toEqual({
      executions: 3,
      criticalShare: 0,
      onPath: 0,
      cost: 0.5,
      errorRate: 0,
      hitRatio: 1,
    });
    const look = found.steps.get("look")?.measured;
    expect(look).toMatchObject({ executions: 4, onPath: 0.9, cost: 0.75, errorRate: 0.25, hitRatio: 0 });
    expect(look?.criticalShare).toBeCloseTo(0.3);
    expect(found.strays).toHaveLength(1);
    expect(found.strays[0]).toMatchObject({ node_id: "ask", inside: "other", type: "tool" });
    expect(found.strays[0]?.measured).toMatchObject({ executions: 4, criticalShare: 0.5, onPath: 1 });
  });

  it("leaves unknown what is unknown", () => {
    const of = graphOf([["a"], ["b"], ["c"]]);
    const found = joined(of, [typed([figures("a", { cost: null, error_rate: null, execution_count: 0 })])], [bottleneck("b", 0.1, 0.2)]); // prettier-ignore

    expect(found.steps.get("a")?.measured).toMatchObject({ cost: null, errorRate: null, hitRatio: null });
    expect(found.steps.get("b")?.measured).toMatchObject({ executions: 10, criticalShare: 0.1, cost: null });
    expect(found.steps.get("c")?.measured).toBeNull();
  });
});
