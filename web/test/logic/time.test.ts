/** Instants as people read them; the clock of the test is given, the zone is whatever this machine's is. */
import { describe, expect, it } from "vitest";

import { ago, day, instant, moment } from "@/logic/time";

const noon = new Date(2026, 10, 12, 12, 0, 0);
const at = (seconds: number) => new Date(noon.getTime() - seconds * 1000).toISOString();

describe("how long ago", () => {
  it.each([
    [0, "just now"],
    [4.9, "just now"],
    [5, "5 s ago"],
    [89, "89 s ago"],
    [90, "2 min ago"],
    [89 * 60, "89 min ago"],
    [90 * 60, "2 h ago"],
    [47 * 3600, "47 h ago"],
    [48 * 3600, "2 d ago"],
    [400 * 86_400, "400 d ago"],
  ])("%d seconds: %s", (seconds, said) => {
    expect(ago(at(seconds), noon.getTime())).toBe(said);
  });
  it("is now for a clock that runs ahead, and nothing where nothing is known", () => {
    expect(ago(at(-30), noon.getTime())).toBe("just now");
    expect([ago(null), ago(undefined)]).toEqual(["–", "–"]);
  });
});

describe("an instant", () => {
  it("of today is a time, of another day has its day before it", () => {
    expect(moment(new Date(2026, 10, 12, 9, 3, 22).toISOString(), noon)).toBe("09:03:22");
    expect(moment(new Date(2026, 10, 11, 14, 3, 22).toISOString(), noon)).toBe("11 Nov 14:03");
    expect(moment(null)).toBe("–");
  });
  it("is told as a day, and whole in titles", () => {
    expect(day(noon.toISOString())).toBe("12 Nov");
    expect(instant(noon.toISOString())).toBe("12 Nov 2026, 12:00:00");
    expect(instant(null)).toBe("–");
  });
});
