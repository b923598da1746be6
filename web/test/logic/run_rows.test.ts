import { describe, expect, it } from "vitest";

import { runModel, type RunModel } from "@/logic/run_model";
import {
  AT_FIRST,
  boundsOf,
  firstWithin,
  keptOf,
  nameMatches,
  rowOfPlace,
  rowsOf,
  toggled,
  wayTo,
  type Folding,
} from "@/logic/run_rows";

import { drawn, timelineOf } from "./drawn_run";

const LOOP = drawn(`
  plan        ##
  loop          ########
  .read@0       ##
  .judge@0        ##
  .read@1           ##
  .judge@1            ##
  answer                ####
`);
const ALL: Folding = { base: "all", changed: new Set() };

/** Rows as text: a dot per level, ▾ open, ▸ closed. */
function shown(model: RunModel, ...more: [Folding?, (Uint8Array | null)?, boolean?]): string[] {
  return rowsOf(model, more[0] ?? AT_FIRST, more[1], more[2]).map((row) => {
    const name = row.kind === "turn" ? `turn ${row.turn}` : (model.nodes[row.place]?.id ?? "");
    const mark = row.inside.length === 0 ? "" : row.isOpen ? "▾ " : "▸ ";
    return ".".repeat(row.depth) + mark + name;
  });
}

describe("the rows of a waterfall", () => {
  const model = runModel(LOOP);
  it("turns of a loop hold what ran in them", () => {
    expect(shown(model)).toEqual([
      "plan", "▾ loop", ".▾ turn 0", "..read@0", "..judge@0", ".▾ turn 1", "..read@1", "..judge@1", "answer",
    ]); // prettier-ignore
  });
  it("what is folded is one row, and what is inside is found on it", () => {
    const folding = toggled(AT_FIRST, "n1");
    const rows = rowsOf(model, folding);
    expect(shown(model, folding)).toEqual(["plan", "▸ loop", "answer"]);
    expect([...rowOfPlace(model, rows)]).toEqual([0, 1, 1, 1, 1, 1, 2]);
    expect(shown(model, toggled(folding, "n1"))).toEqual(shown(model));
  });
  it("a turn is as long as what ran in it", () => {
    const turn = rowsOf(model, AT_FIRST).find((row) => row.key === "t1:1");
    expect(turn && boundsOf(model, turn)).toEqual([6, 10]);
  });
  it("what is looked for is shown with what is around it, whatever is folded", () => {
    const kept = keptOf(model, nameMatches(" JUDGE "));
    expect(shown(model, { base: "none", changed: new Set() }, kept, true)).toEqual([
      "▾ loop", ".judge@0", ".judge@1",
    ]); // prettier-ignore
    expect(nameMatches("  ")).toBeNull();
  });
  it("what ran in a part of the time is found by its first row that is not open", () => {
    expect(rowsOf(model, AT_FIRST)[firstWithin(model, rowsOf(model, AT_FIRST), 5, 9)]?.key).toBe("n4");
    expect(firstWithin(model, rowsOf(model, AT_FIRST), 13, 14)).toBe(-1);
  });
  it("the way to a node leads through its loop and its turn", () => {
    expect(wayTo(model, 5)).toEqual(["n1", "t1:1"]);
    expect(wayTo(model, 0)).toEqual([]);
  });
});

describe("a run of ten thousand nodes", () => {
  const turns = 2_000;
  const lines = Array.from({ length: turns * 5 }, (_, index) => ({
    id: `n${index}`,
    step: index % 5,
    parent: 0,
    start: index,
    end: index + 1,
    turn: Math.floor(index / 5),
  }));
  const loop = { id: "loop", step: 5, parent: null, start: 0, end: turns * 5, turn: null };
  const timeline = timelineOf(["a", "b", "c", "d", "e", "loop"], [loop, ...lines], turns * 5);

  it("is folded at first, and is quick to read, to open and to search", () => {
    const begin = performance.now();
    const model = runModel(timeline);
    expect(rowsOf(model, AT_FIRST)).toHaveLength(1);
    const rows = rowsOf(model, ALL);
    expect(rows).toHaveLength(1 + turns + turns * 5);
    expect(rowOfPlace(model, rows)[turns * 5]).toBe(turns * 6);
    expect(rowsOf(model, ALL, keptOf(model, nameMatches("e")), true).length).toBeGreaterThan(turns);
    expect(performance.now() - begin).toBeLessThan(1_500); // some 60 ms on an idle machine
  });
});

describe("what nobody expects", () => {
  it("nodes that are inside each other are directly in the run", () => {
    const line = (id: string, parent: number | null) => ({
      id,
      step: 0,
      parent,
      start: 0,
      end: 1,
      turn: null,
    });
    const model = runModel(timelineOf(["x"], [line("a", 1), line("b", 0), line("c", 0)], 1));
    expect(model.roots).toEqual([0, 1]);
    expect(model.children[0]).toEqual([2]);
  });
  it("without an end a run is as long as what is known of it, or, while it runs, until now", () => {
    const open = drawn("  plan        ##");
    const run = { ...open.run, state: "running" as const, end_time: null, total_execution_time: null };
    expect(runModel({ ...open, run }).length).toBe(2);
    expect(runModel({ ...open, run }, Date.parse("2026-11-08T12:00:09Z")).length).toBe(9);
  });
});
