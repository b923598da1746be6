import { describe, expect, it } from "vitest";

import { density } from "@/logic/run_density";
import { runModel } from "@/logic/run_model";
import { NO_PATH, drawnPath, longestNode, stretchesInside, strip } from "@/logic/run_path";

import { drawn, pathOf } from "./drawn_run";

const model = runModel(
  drawn(`
  fetch       ########
  parse       ###
  answer               #####
  save                       #
`),
);
const path = drawnPath(
  pathOf(
    ["fetch", "work", 8],
    ["answer", "queue", 1],
    ["answer", "work", 5],
    [null, "engine_overhead", 1],
    ["save", "work", 1],
  ),
  model,
);

describe("the critical path as it is drawn", () => {
  it("goes on from row to row where one stretch ends and another begins", () => {
    expect(path.links).toEqual([
      { at: 8, from: 0, to: 2 },
      { at: 14, from: 2, to: 3 },
    ]);
  });
  it("what nobody did is drawn before what came next", () => {
    expect(path.byPlace.get(3)).toEqual([
      { start: 14, end: 15, kind: "engine_overhead", place: 3 },
      { start: 15, end: 16, kind: "work", place: 3 },
    ]);
    expect(path.waited).toBe(2);
    expect([...path.worked]).toEqual([
      [0, 8],
      [2, 5],
      [3, 1],
    ]);
    expect(longestNode(model, path)).toEqual({ title: "fetch", seconds: 8, executions: 1 });
  });
  it("as a strip: worked, or waited", () => {
    expect(strip(path, 16, 16)).toEqual([
      { from: 0, to: 8 / 16, isWait: false },
      { from: 8 / 16, to: 9 / 16, isWait: true },
      { from: 9 / 16, to: 14 / 16, isWait: false },
      { from: 14 / 16, to: 15 / 16, isWait: true },
      { from: 15 / 16, to: 1, isWait: false },
    ]);
  });
  it("without an answer there is none", () => {
    expect(drawnPath(undefined, model)).toBe(NO_PATH);
    expect(strip(NO_PATH, 16, 16)).toEqual([]);
  });
});

describe("a folded loop", () => {
  const loop = runModel(
    drawn(`
  loop        ########
  .read@0     ##
  .read@1       ##
  .aside@1      ##
  .read@2           ##
`),
  );
  it("is lit where any of its turns is", () => {
    const lit = drawnPath(
      pathOf(
        ["read@0", "work", 2],
        ["read@1", "work", 2],
        ["loop", "engine_overhead", 2],
        ["read@2", "work", 2],
      ),
      loop,
    );
    const [inside] = [loop.children[0] ?? []];
    expect(stretchesInside(loop, lit, 0, inside).map(({ start, end, kind }) => [start, end, kind])).toEqual([
      [0, 4, "work"],
      [4, 6, "engine_overhead"],
      [6, 8, "work"],
    ]);
  });
  it("shows how many ran at once", () => {
    expect(density(loop, loop.children[0] ?? [], [0, 8], 4)).toEqual([0.5, 1, 0, 0.5]);
  });
});
