import { describe, expect, it } from "vitest";

import { placeNamed, runModel } from "@/logic/run_model";

import { drawn } from "./drawn_run";

const MODEL = runModel(
  drawn(`
  plan        ##
  loop          ########
  .read@1           ##
  .read@0       ##
  `),
);

describe("which node execution a name means", () => {
  it("the execution with this id", () => {
    expect(placeNamed(MODEL, "read@1")).toBe(2);
    expect(placeNamed(MODEL, "plan")).toBe(0);
  });
  it("the first execution of the node with this id", () => {
    expect(placeNamed(MODEL, "read")).toBe(3);
  });
  it("none", () => {
    expect(placeNamed(MODEL, "write")).toBeNull();
    expect(placeNamed({ nodes: [], byId: new Map() }, "plan")).toBeNull();
  });
});
