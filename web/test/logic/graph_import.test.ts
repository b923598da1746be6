import { describe, expect, it } from "vitest";

import { importCommand } from "@/logic/graph_import";

describe("the command that imports a graph", () => {
  it.each([
    ["shop", "trip_planner", "--app shop --workflow trip_planner"],
    ["my shop", "a/b", "--app 'my shop' --workflow a/b"],
    ["it's", "-x", "--app 'it'\\''s' --workflow '-x'"],
    ["$(rm)", "早报", "--app '$(rm)' --workflow '早报'"],
  ])("of %s and %s is quoted as a shell wants it", (app, workflow, behind) => {
    expect(importCommand(app, workflow)).toBe(`longpole graph import FILE ${behind}`);
  });
});
