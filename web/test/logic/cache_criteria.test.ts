import { describe, expect, it } from "vitest";

import { criteriaOf, EMPTY, hours } from "@/logic/cache_criteria";

describe("which entries are meant", () => {
  it("is nothing where nothing is said", () => {
    expect(criteriaOf(EMPTY)).toBeNull();
    expect(criteriaOf({ ...EMPTY, tag: "  ", key: " " })).toBeNull();
  });

  it("is all that is said, together", () => {
    expect(criteriaOf({ ...EMPTY, nodeType: "llm", nodeId: "a/b %?", tag: " x ", key: "lp1_0" })).toEqual({
      ...{ node_type: "llm", node_id: "a/b %?", tag: "x", cache_key: "lp1_0" },
    });
  });

  it("is everything, and then nothing else", () => {
    expect(criteriaOf({ ...EMPTY, tag: "x", everything: true })).toEqual({ everything: true });
  });

  it.each([
    ["0", 0],
    ["1.5", 1.5],
    ["1,5", 1.5],
    [" 48 ", 48],
    ["", null],
    ["-1", null],
    ["two", null],
    ["Infinity", null],
    ["900000", null],
  ])("an age of %j is %s", (typed, read) => {
    expect(hours(typed)).toBe(read);
  });

  it("is not asked for while an age is none, whatever else is said", () => {
    expect(criteriaOf({ ...EMPTY, nodeType: "llm", olderThanHours: "x" })).toBeNull();
    expect(criteriaOf({ ...EMPTY, olderThanHours: "0" })).toEqual({ older_than_hours: 0 });
  });
});
