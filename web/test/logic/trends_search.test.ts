import { describe, expect, it } from "vitest";

import { parseSearch, stringifySearch } from "@/logic/search";
import { search } from "@/pages/trends/search";

describe("the address of trends", () => {
  it("says again what it said", () => {
    const said = search({
      view: "compare",
      metric: "quality",
      by: "node",
      stat: "p95",
      hide: ["a, b", "ü/💡"],
      a_version: "v1 & v2",
      b_since: "2026-11-01T00:00:00Z",
      budget: 12.5,
      node: "a/b %?",
    });
    expect(search(parseSearch(stringifySearch(said)))).toEqual(said);
  });

  it("takes nothing that means nothing", () => {
    expect(
      search({
        view: "odd",
        by: "colour",
        stat: "p42",
        hide: "[",
        budget: "-1",
        expected: "0",
        axis: "x",
        each: "yearly",
      }),
    ).toEqual({});
    expect(search({ hide: "[1]", tz: "", budget: "" })).toEqual({});
  });
});
