import { describe, expect, it } from "vitest";

import { listed } from "@/logic/graph_order";

import { chain, graphOf, stepsOf } from "../support/graphs";

const shown = (graph: ReturnType<typeof graphOf>) =>
  listed(graph, stepsOf(graph)).map(({ step, depth }) => "·".repeat(depth) + step.node.node_id);

describe("the steps of a graph one below the other", () => {
  it("puts none before one that leads to it, and what is inside right after its container", () => {
    const graph = graphOf(
      [["end"], ["in2", { container: "loop" }], ["in1", { container: "loop" }], ["loop"], ["start"]],
      [...chain("start", "loop", "end"), ["in1", "in2"]],
    );
    expect(shown(graph)).toEqual(["start", "loop", "·in1", "·in2", "end"]);
  });

  it("names what comes next, and the branch", () => {
    const graph = graphOf([["a"], ["b", { title: "Book" }], ["c"]], [["a", "b", "yes"], ["a", "c"]]); // prettier-ignore
    expect(listed(graph, stepsOf(graph))[0]?.leadsTo).toEqual(["yes: Book", "c"]);
  });

  it("leaves out none that is in a circle", () => {
    expect(shown(graphOf([["a"], ["b"], ["c"]], [...chain("a", "b", "a"), ["c", "c"]]))).toEqual([
      "c",
      "a",
      "b",
    ]);
    expect(shown(graphOf([["x"], ["lost", { container: "gone" }]]))).toEqual(["x", "lost"]);
  });

  it("leaves out none that is inside of itself", () => {
    const graph = graphOf([
      ["p", { container: "q" }],
      ["q", { container: "p" }],
      ["r", { container: "r" }],
    ]);
    expect(shown(graph).toSorted()).toEqual(["p", "q", "r"]);
  });
});
