/** How busy a folded row is: pictures of runs, in buckets of whole seconds. */
import { describe, expect, it } from "vitest";

import { areaPath, density } from "@/logic/run_density";
import { runModel } from "@/logic/run_model";

import { drawn } from "./drawn_run";

describe("how busy a folded row is", () => {
  const model = runModel(
    drawn(`
      loop        ########
      .read@0     ##
      .read@1       ##
      .more@1       ####
    `),
  );

  it("counts what ran in each bucket, as shares of the busiest, leaves only", () => {
    expect(density(model, model.roots, [0, 8], 8)).toEqual([0.5, 0.5, 1, 1, 0.5, 0.5, 0, 0]);
  });
  it("counts by the part of a bucket that was worked in", () => {
    const [first, second] = density(model, model.roots, [0, 8], 2);
    expect(first).toBe(1);
    expect(second).toBeCloseTo(1 / 3);
  });
  it("is nothing of no time, and of what never ran", () => {
    expect(density(model, model.roots, [3, 3], 4)).toEqual([]);
    expect(density(model, [], [0, 8], 4)).toEqual([]);
  });
  it("is drawn as steps", () => {
    expect(areaPath([1, 0.5])).toBe("M0 100L0.00 0.0L50.00 0.0L50.00 50.0L100.00 50.0L100 100Z");
    expect(areaPath([])).toBe("");
  });
});
