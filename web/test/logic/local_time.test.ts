import { describe, expect, it } from "vitest";

import { fromLocalInput, localInput } from "@/logic/local_time";

describe("instants in an input", () => {
  it("come out as they went in, to the minute", () => {
    const iso = "2026-11-21T13:45:00.000Z";
    expect(fromLocalInput(localInput(iso))).toBe(iso);
  });
  it("are none where none is told", () => {
    expect([localInput(undefined), fromLocalInput("")]).toEqual(["", undefined]);
  });
});
