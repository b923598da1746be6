import { describe, expect, it } from "vitest";

import { litEdges, stepTowards, type Arrow } from "@/logic/graph_paths";

import { chain, graphOf, stepsOf } from "../support/graphs";

const nodes = (...ids: string[]) => ids.map((id): [string] => [id]);

describe("edges on the critical path", () => {
  it("are as lit as the less often critical of their ends", () => {
    const graph = graphOf(nodes("a", "b", "c", "d"), [...chain("a", "b", "d"), ...chain("a", "c", "d")]);
    const lit = litEdges(graph, stepsOf(graph, { a: 1, b: 0.8, c: 0.2, d: 0.9 }));

    expect(lit).toEqual([0.8, 0.8, 0.2, 0.2]);
  });

  it("are dark past steps that are on it as often, off it, and where nothing is known", () => {
    const graph = graphOf(nodes("a", "b", "c", "x"), [
      ...chain("a", "b", "c"),
      ["a", "c"],
      ["a", "x"],
      ["x", "c"],
    ]);

    expect(litEdges(graph, stepsOf(graph, { a: 1, b: 1, c: 1, x: 0.01 }))).toEqual([1, 1, 0, 0, 0]);
    expect(litEdges(graph, stepsOf(graph, { a: 1, b: 0.3, c: 1, x: null }))).toEqual([0.3, 0.3, 1, 0, 0]);
  });

  it("lead into a container when what is inside of it is on it", () => {
    const graph = graphOf([["a"], ["loop"], ["in", { container: "loop" }], ["z"]], chain("a", "loop", "z"));

    expect(litEdges(graph, stepsOf(graph, { a: 1, in: 0.7, z: 1 }))).toEqual([0.7, 0.7]);
  });

  it("end in graphs with circles, and containers inside of themselves", () => {
    const graph = graphOf([["a"], ["b", { container: "b" }]], [...chain("a", "b", "a"), ["a", "a"]]);

    expect(litEdges(graph, stepsOf(graph, { a: 1, b: 1 }))).toEqual([1, 1, 0]);
  });
});

describe("where an arrow leads", () => {
  // a ─► c ─► d
  // b ───────►
  const places = [
    { id: "a", x: 0, y: 0 },
    { id: "b", x: 0, y: 100 },
    { id: "c", x: 200, y: 0 },
    { id: "d", x: 400, y: 50 },
  ];
  const edges = [
    { source: "a", target: "c" },
    { source: "c", target: "d" },
    { source: "b", target: "d" },
  ];
  it.each<[string, Arrow, string | null]>([
    ["a", "ArrowRight", "c"],
    ["b", "ArrowRight", "d"], // along the edge, though c is nearer
    ["d", "ArrowLeft", "c"],
    ["c", "ArrowLeft", "a"],
    ["a", "ArrowDown", "b"],
    ["b", "ArrowUp", "a"],
    ["a", "ArrowUp", null],
    ["d", "ArrowRight", null],
    ["gone", "ArrowRight", null],
  ])("from %s, %s leads to %s", (from, arrow, to) => {
    expect(stepTowards(from, arrow, places, edges)).toBe(to);
  });
});
