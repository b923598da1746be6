/** Rows in order, whatever is unknown among them. */
import { describe, expect, it } from "vitest";

import { sortOf, sortText, sorted } from "@/logic/sorting";

const order = (values: (number | string | null | undefined)[], descending: boolean) =>
  sorted(values, (value) => value, descending);

describe("rows in order", () => {
  it("are by number, and names as people count", () => {
    expect(order([10, 9, 100], false)).toEqual([9, 10, 100]);
    expect(order(["step 10", "step 9", "a"], false)).toEqual(["a", "step 9", "step 10"]);
    expect(order([10, 9, 100], true)).toEqual([100, 10, 9]);
  });
  it("have what is unknown last, either way", () => {
    expect(order([null, 1, null, 2], false)).toEqual([1, 2, null, null]);
    expect(order([null, 1, null, 2], true)).toEqual([2, 1, null, null]);
  });
  it("keep the order of equals, either way", () => {
    const rows = [
      { id: "a", by: 1 },
      { id: "b", by: 1 },
      { id: "c", by: null },
      { id: "d", by: null },
    ];
    for (const descending of [false, true])
      expect(sorted(rows, (row) => row.by, descending).map((row) => row.id)).toEqual(["a", "b", "c", "d"]);
  });
  it.each(["cost", "-cost", "-a-b"])("are told by an address as %s, and read from it again", (text) => {
    const sort = sortOf(text);
    expect(sort && sortText(sort)).toBe(text);
  });
  it("are in their own order where the address says nothing", () => {
    expect([sortOf(undefined), sortOf("")]).toEqual([undefined, undefined]);
    expect(sortOf("-p95")).toEqual({ by: "p95", descending: true });
  });
});
