import { describe, expect, it } from "vitest";

import type { Degradation } from "@/api/answers";
import {
  areAlike,
  aroundChange,
  asked,
  filterCount,
  fromLocal,
  inAddress,
  periodsOf,
  sideOf,
  swapped,
  toLocal,
} from "@/logic/compare_sides";

const DAY = 86_400_000;
const NOW = Date.parse("2026-11-26T12:00:00Z");
const at = (days: number) => new Date(NOW - days * DAY).toISOString();

describe("sides in the address", () => {
  it("are read apart, and said whole", () => {
    const address = { a_version: "v1", b_version: "v2", b_days: "3", b_tag: "blue" };
    expect(sideOf(address, "b")).toEqual({ version: "v2", days: "3", tag: "blue" });
    expect(filterCount(sideOf(address, "b"))).toBe(1);
    const said = inAddress("a", { version: "v3" });
    expect(said.a_version).toBe("v3");
    expect("a_since" in said && said.a_since === undefined).toBe(true);
  });

  it("are asked with what they mean, and no status that there is not", () => {
    expect(asked({ version: "v1", status: "odd" }, { days: 7 })).toEqual({
      version: "v1",
      user: null,
      session: null,
      tag: null,
      environment: null,
      status: null,
      days: 7,
    });
    expect(asked({ status: "failed" }, { since: at(1) }).status).toBe("failed");
  });
});

describe("when each side was", () => {
  it("is the time before where nothing else differs", () => {
    expect(periodsOf({}, {}, 7, NOW)).toEqual({ a: { since: at(14), until: at(7) }, b: { days: 7 } });
    expect(periodsOf({}, { days: "1" }, 7, NOW)).toEqual({
      a: { since: at(2), until: at(1) },
      b: { days: 1 },
    });
    const own = { since: at(9), until: at(6) };
    expect(periodsOf({}, own, 7, NOW)).toEqual({ a: { since: at(12), until: at(9) }, b: own });
  });

  it("is the same where versions or filters differ", () => {
    expect(periodsOf({ version: "v1" }, { version: "v2" }, 30, NOW)).toEqual({
      a: { days: 30 },
      b: { days: 30 },
    });
    const since = { version: "v1", since: at(3) };
    expect(periodsOf(since, { version: "v2" }, 30, NOW)).toEqual({
      a: { since: at(3) },
      b: { since: at(3) },
    });
    expect(areAlike({ tag: "a", days: "1" }, { tag: "a" })).toBe(true);
    expect(areAlike({ tag: "a" }, { tag: "b" })).toBe(false);
  });

  it("is what was said, of either", () => {
    expect(periodsOf({ days: "3" }, { since: at(1) }, 7, NOW)).toEqual({
      a: { days: 3 },
      b: { since: at(1) },
    });
    expect(periodsOf({ days: "3" }, {}, 7, NOW).b).toEqual({ days: 7 });
    expect(periodsOf({}, { days: "many" }, 7, NOW).b).toEqual({ days: 7 });
  });
});

describe("the other way round", () => {
  it("changes versions, and leaves the time as it was", () => {
    const found = swapped({ version: "v1" }, { version: "v2" }, 30, NOW);
    expect([found.a_version, found.b_version, found.b_days, found.a_since]).toEqual([
      "v2",
      "v1",
      undefined,
      undefined,
    ]);
  });

  it("names the times where they were only implied", () => {
    const found = swapped({}, {}, 7, NOW);
    expect([found.a_since, found.a_until]).toEqual([at(7), at(0)]);
    expect([found.b_since, found.b_until]).toEqual([at(14), at(7)]);
  });

  it("twice is as before", () => {
    const address = { a_since: at(9), a_until: at(6), b_since: at(6), b_until: at(3), a_tag: "x" };
    const once = swapped(sideOf(address, "a"), sideOf(address, "b"), 7, NOW);
    const twice = swapped(sideOf(once, "a"), sideOf(once, "b"), 7, NOW);
    expect(JSON.parse(JSON.stringify(twice))).toEqual(address);
  });
});

describe("around a change", () => {
  const event = (more: Partial<Degradation>): Degradation =>
    ({
      started_at: at(3),
      closed_at: null,
      method: "change_point",
      workflow_version: null,
      ...more,
    }) as Degradation;

  it("is as long before as after", () => {
    const found = aroundChange(event({}), NOW);
    expect([found.a_since, found.a_until, found.b_since, found.b_until]).toEqual([
      at(6),
      at(3),
      at(3),
      undefined,
    ]);
  });

  it("is a day at least, a week at most, and ends with the event", () => {
    expect(aroundChange(event({ started_at: at(0.1) }), NOW).a_since).toBe(at(1.1));
    const long = aroundChange(event({ started_at: at(20) }), NOW);
    expect([long.a_since, long.b_until]).toEqual([at(27), at(13)]);
    expect(aroundChange(event({ started_at: at(6), closed_at: at(4) }), NOW).b_until).toBe(at(4));
  });

  it("is of the version that alone changed, not of one that came up", () => {
    expect(aroundChange(event({ workflow_version: "v2" }), NOW).a_version).toBe("v2");
    expect(
      aroundChange(event({ workflow_version: "v2", method: "sequential" }), NOW).b_version,
    ).toBeUndefined();
  });
});

describe("an instant in an input", () => {
  it("comes back as it went in", () => {
    expect(fromLocal(toLocal("2026-11-08T14:05:00.000Z"))).toBe("2026-11-08T14:05:00.000Z");
    expect([toLocal(undefined), toLocal("soon"), fromLocal("")]).toEqual(["", "", undefined]);
  });
});
