/** A line without axes, in a place of 24 × 14 with a room of 2 around: 20 wide, 10 high. */
import { describe, expect, it } from "vitest";

import { sparkPath } from "@/logic/spark_path";

const path = (...values: (number | null)[]) => sparkPath(values, 24, 14);

describe("a sparkline", () => {
  it("goes from zero to its greatest value", () => {
    expect(path(0, 5, 10)).toEqual({
      line: "M2 12L12 7L22 2",
      area: "M2 12L2 12L12 7L22 2L22 12Z",
      last: [22, 2],
    });
  });
  it("has a gap where a value is unknown, and no area under a lone point", () => {
    const found = path(10, 10, null, 10);
    expect(found.line).toBe("M2 2L8.7 2M22 2");
    expect(found.area).toBe("M2 12L2 2L8.7 2L8.7 12Z");
  });
  it("ends at what was last known", () => {
    expect(path(10, null, null).last).toEqual([2, 2]);
  });
  it("of nothing known is nothing; of zeros lies at the bottom", () => {
    expect(path(null, null)).toEqual({ line: "", area: "", last: null });
    expect(path()).toEqual({ line: "", area: "", last: null });
    expect(path(0, 0).line).toBe("M2 12L22 12");
  });
});
