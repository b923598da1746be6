import { describe, expect, it } from "vitest";

import type { Laid } from "@/logic/graph_layout";
import { viewOf } from "@/logic/graph_viewport";

const laid = (width: number, height: number): Laid => ({ boxes: [], ways: [], width, height });
const box = { id: "a", container: null, isContainer: false, width: 100, height: 50 };

describe("how large a graph is drawn", () => {
  it("is not enlarged, and stands in the middle", () => {
    expect(viewOf(laid(400, 300), 1000, 520)).toEqual({ zoom: 1, height: 340, isWhole: true, x: 300, y: 16 });
  });

  it("becomes smaller until it fits", () => {
    expect(viewOf(laid(1136, 100), 1000, 520)).toMatchObject({
      zoom: 968 / 1136,
      isWhole: true,
      height: 180,
    });
    expect(viewOf(laid(100, 600), 1000, 520)).toMatchObject({ zoom: 0.8, height: 520 });
  });

  it("stays readable, with what matters in the middle", () => {
    const view = viewOf(laid(10_000, 100), 1000, 520, { ...box, x: 4950, y: 25 });
    expect(view).toMatchObject({ zoom: 0.72, isWhole: false });
    expect(view.x + 5000 * 0.72).toBeCloseTo(500);
  });

  it("leaves no room at its ends", () => {
    expect(viewOf(laid(10_000, 100), 1000, 520, { ...box, x: 0, y: 0 }).x).toBe(16);
    const last = viewOf(laid(10_000, 100), 1000, 520, { ...box, x: 9900, y: 0 });
    expect(last.x + 10_000 * 0.72).toBeCloseTo(984);
  });
});
