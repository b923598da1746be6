import { describe, expect, it } from "vitest";

import { decisive, MOST_LAID_OUT } from "@/logic/graph_effort";
import { laidOut } from "@/logic/graph_layout";

import { graphOf } from "../support/graphs";

const STEPS = Array.from({ length: 300 }, (_, place) => `s${String(place)}`);
/** Each step waits for all of the twelve before it, and for the first one. */
const DENSE = STEPS.flatMap((to, place) =>
  [0, ...Array.from({ length: 12 }, (_, back) => place - 1 - back)]
    .filter((from, at) => from >= 0 && from < place && (at > 0 || place > 12))
    .map((from) => ({ from: `s${String(from)}`, to })),
);

describe("which edges say where steps stand", () => {
  it("is all of them where there are few", () => {
    const edges = [
      { from: "a", to: "b" },
      { from: "b", to: "c" },
      { from: "a", to: "c" },
    ];
    expect(decisive(["a", "b", "c"], edges)).toBe(edges);
  });

  it("is one to each step, from the layer before its own, where there are too many", () => {
    expect(DENSE.length).toBeGreaterThan(MOST_LAID_OUT);
    const held = decisive(STEPS, DENSE);
    expect(held).toHaveLength(STEPS.length - 1);
    expect(held[150]).toEqual({ from: "s150", to: "s151" });
  });

  it("bears circles: one edge of them does not count", () => {
    const back = STEPS.slice(1).map((from) => ({ from, to: "s0" }));
    const held = decisive(STEPS, [...DENSE, ...back]);
    expect(held).toHaveLength(STEPS.length - 1);
    expect(held.some(({ to }) => to === "s0")).toBe(false);
  });

  it(
    "lays out three hundred steps with thousands of edges at once, and draws them all",
    { timeout: 4_000 },
    () => {
      const graph = graphOf(
        STEPS.map((id) => [id]),
        DENSE.map(({ from, to }) => [from, to]),
      );
      const laid = laidOut(graph, "LR");
      expect(laid.boxes.map((box) => box.id)).toEqual(STEPS);
      expect(laid.ways).toHaveLength(DENSE.length);
      expect(laid.ways.every((way) => way.path !== "")).toBe(true);
    },
  );
});
