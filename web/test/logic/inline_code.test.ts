import { describe, expect, it } from "vitest";

import { codeParts } from "@/logic/inline_code";

const shown = (text: string) => codeParts(text).map((part) => (part.isCode ? `[${part.text}]` : part.text));

describe("code in text", () => {
  it("is what stands between a pair of backticks", () => {
    expect(shown("Set `cache: true` on `answer`.")).toEqual([
      "Set ",
      "[cache: true]",
      " on ",
      "[answer]",
      ".",
    ]);
    expect(shown("`all`")).toEqual(["[all]"]);
  });
  it("is nothing of what has no pair, or an empty one", () => {
    expect(shown("a ` alone")).toEqual(["a ` alone"]);
    expect(shown("an empty `` pair")).toEqual(["an empty `` pair"]);
    expect(shown("over `two\nlines`")).toEqual(["over `two\nlines`"]);
    expect(shown("")).toEqual([]);
  });
  it("stays text, whatever it looks like", () => {
    expect(shown("`<b>x</b>`")).toEqual(["[<b>x</b>]"]);
  });
});
