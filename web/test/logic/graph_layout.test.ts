import { describe, expect, it } from "vitest";

import { laidOut, STEPS, type Box } from "@/logic/graph_layout";

import { chain, graphOf } from "../support/graphs";

const middle = ({ x, y, width, height }: Box) => [x + width / 2, y + height / 2] as const;
const apart = (one: Box, other: Box) =>
  one.x + one.width <= other.x ||
  other.x + other.width <= one.x ||
  one.y + one.height <= other.y ||
  other.y + other.height <= one.y;

function boxesOf(graph: ReturnType<typeof graphOf>, direction: "LR" | "TB" = "LR") {
  const laid = laidOut(graph, direction);
  const box = (id: string) => {
    const found = laid.boxes.find((each) => each.id === id);
    if (!found) throw new Error(`${id} stands nowhere`);
    return found;
  };
  return { laid, box };
}

/** The points that a path names. */
const pointsOf = (path: string) =>
  [...path.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)] as const);

describe("where the steps of a graph stand", () => {
  it("goes from left to right, or from top to bottom", () => {
    const graph = graphOf([["a"], ["b"], ["c"]], chain("a", "b", "c"));
    const wide = boxesOf(graph);
    expect([wide.box("a").x, wide.box("b").x, wide.box("c").x]).toEqual([0, 232, 464]);
    expect(wide.laid).toMatchObject({ width: 464 + STEPS.LR.width, height: STEPS.LR.height });

    const narrow = boxesOf(graph, "TB");
    expect([narrow.box("a").y, narrow.box("b").y, narrow.box("c").y]).toEqual([0, 96, 192]);
    expect(narrow.box("c").width).toBe(STEPS.TB.width);
  });

  it("moves layers together where there is less room", () => {
    const graph = graphOf([["a"], ["b"]], chain("a", "b"));
    expect(laidOut(graph, "LR", 404).width).toBe(404);
    expect(laidOut(graph, "LR", 403).width).toBe(384);
  });

  it("keeps containers around what is inside of them, however deep, and all others apart", () => {
    const graph = graphOf(
      [["a"], ["loop"], ["b", { container: "loop" }], ["inner", { container: "loop" }], ["c", { container: "inner" }], ["d", { container: "inner" }], ["z"]],
      [...chain("a", "loop", "z"), ...chain("b", "inner"), ...chain("c", "d"), ["d", "z"], ["a", "b"]],
    ); // prettier-ignore
    for (const direction of ["LR", "TB"] as const) {
      const { laid, box } = boxesOf(graph, direction);
      expect(laid.boxes.filter((each) => each.isContainer).map((each) => each.id)).toEqual(["loop", "inner"]);
      for (const inside of laid.boxes) {
        const around = inside.container === null ? null : box(inside.container);
        if (around) {
          expect(inside.x).toBeGreaterThan(around.x);
          expect(inside.x + inside.width).toBeLessThan(around.x + around.width);
          expect(inside.y).toBeGreaterThan(around.y + 34);
          expect(inside.y + inside.height).toBeLessThan(around.y + around.height);
        }
        for (const other of laid.boxes)
          if (other.id !== inside.id && other.container === inside.container)
            expect(apart(inside, other)).toBe(true);
      }
      expect(laid.ways.every((way) => way.path.startsWith("M"))).toBe(true);
    }
  });

  it("draws each edge from its step to its step, and past what is in between", () => {
    const graph = graphOf([["a"], ["b"], ["c"]], [...chain("a", "b", "c"), ["a", "c"]]);
    const { laid, box } = boxesOf(graph);
    const points = pointsOf(laid.ways[2]?.path ?? "");

    expect(points[0]).toEqual([STEPS.LR.width, middle(box("a"))[1]]);
    expect(points.at(-1)).toEqual([box("c").x - 8, middle(box("c"))[1]]);
    const beside = points.filter(([x]) => x >= box("b").x && x <= box("b").x + box("b").width);
    expect(beside.length).toBeGreaterThan(0);
    for (const [, y] of beside) expect(y < box("b").y || y > box("b").y + box("b").height).toBe(true);
  });

  it("stands also where edges go in circles, containers hold themselves, or names are not known", () => {
    const graph = graphOf(
      [["a"], ["b", { container: "a" }], ["x", { container: "x" }], ["p", { container: "q" }], ["q", { container: "p" }], ["lost", { container: "gone" }]],
      [["a", "x"], ["x", "a"], ["a", "a"], ["lost", "nobody"], ["b", "a"]],
    ); // prettier-ignore
    const { laid, box } = boxesOf(graph);

    expect(laid.boxes.map((each) => each.id).toSorted()).toEqual(["a", "b", "lost", "p", "q", "x"]);
    expect(box("b").container).toBe("a");
    expect(box("lost").container).toBeNull();
    expect(laid.ways.map((way) => way.path !== "")).toEqual([true, true, true, false, true]);
  });

  it("lays out five hundred steps in time", () => {
    const ids = Array.from({ length: 500 }, (_, place) => String(place));
    const edges = ids.slice(5).map((id, place): [string, string] => [String(place - (place % 3) + 2), id]);
    const began = performance.now();
    const laid = laidOut(graphOf(ids.map((id): [string] => [id]), edges), "LR"); // prettier-ignore

    expect(laid.boxes).toHaveLength(500);
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});
