import { describe, expect, it } from "vitest";

import { endAt, movedAt } from "@/logic/what_if_line";
import answered from "../../../tests/snapshots/api/run_what_if.json" with { type: "json" };

describe("what a node's time does to the end of its run, as the server answered it", () => {
  it.each([
    [0, 7],
    [0.25, 7],
    [0.5, 7],
    [0.75, 8.5],
    [1, 10],
    [2, 16],
    [3, 16],
  ])("at factor %s it takes %s s", (factor, seconds) => {
    expect(endAt(answered.points, factor)).toBeCloseTo(seconds, 6);
  });
  it("without points there is no end", () => {
    expect(endAt([], 0.5)).toBeNull();
  });
  it("what moves is drawn where it would be, also between the factors that were told", () => {
    const book = answered.moved.node_execution_id.indexOf("trip-1/book");
    expect(movedAt(answered, book, 1.9)?.map((at) => Math.round(at * 1e6) / 1e6)).toEqual([13.4, 15.4]);
    expect(movedAt(answered, book, 1)).toBeNull();
    expect(movedAt(answered, undefined, 0.5)).toBeNull();
  });
});
