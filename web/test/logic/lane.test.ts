import { describe, expect, it } from "vitest";

import { grouped, placed } from "@/logic/lane";

describe("labels above a chart", () => {
  const marks = [
    { at: 50, what: "v2" },
    { at: 10, what: "v1" },
    { at: 52, what: "v3" },
    { at: 120, what: "later" },
  ];
  it("have the room up to the next one, or none", () => {
    expect(placed(marks, 0, 100, 1000)).toEqual([
      { x: 100, room: 392, what: "v1" },
      { x: 500, room: 0, what: "v2" },
      { x: 520, room: 472, what: "v3" },
    ]);
  });
  it("never reach into each other", () => {
    const found = placed(
      Array.from({ length: 40 }, (_, at) => ({ at: (at * at) % 97, what: at })),
      0,
      97,
      600,
    );
    for (const [place, each] of found.entries())
      expect(each.x + each.room).toBeLessThanOrEqual(found[place + 1]?.x ?? 600);
  });
  it("are one where they would cover each other", () => {
    const flags = grouped(placed(marks, 0, 100, 1000), 22);
    expect(flags.map((each) => [each.x, each.what])).toEqual([
      [100, ["v1"]],
      [500, ["v2", "v3"]],
    ]);
  });
});
