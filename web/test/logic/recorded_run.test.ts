/** A run as the server tells it, through everything that the page of a run draws: on recorded answers. */
import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import type { CriticalPath, RunTimeline } from "@/api/answers";
import { placeNamed, runModel } from "@/logic/run_model";
import { drawnPath, longestNode } from "@/logic/run_path";

const recorded = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../tests/snapshots/api/${name}.json`, import.meta.url), "utf8"));
const timeline = recorded("run_timeline") as RunTimeline;
const path = recorded("critical_path") as CriticalPath;

describe("a recorded run", () => {
  const model = runModel(timeline);

  it("has its nodes where and when they ran", () => {
    expect(model.nodes.map((node) => [node.title, node.type, node.start, node.end])).toEqual([
      ["Plan", "llm", 0, 2],
      ["Flights", "tool", 2, 8],
      ["Hotel", "http_request", 2, 5],
      ["Book", "tool", 8, 10],
    ]);
    expect([model.roots, model.length]).toEqual([[0, 1, 2, 3], 10]);
  });
  it("tells which of them came from a cache, failed, or was tried again", () => {
    expect(model.nodes.filter((node) => node.isCached).map((node) => node.nodeId)).toEqual(["hotel"]);
    expect(model.nodes.filter((node) => node.status === "failed").map((node) => node.nodeId)).toEqual([
      "book",
    ]);
    expect(model.nodes.map((node) => node.tries)).toEqual([1, 2, 1, 1]);
  });
  it("is found by an execution's name or a node's", () => {
    expect([placeNamed(model, "trip-2/hotel"), placeNamed(model, "hotel"), placeNamed(model, "?")]).toEqual([
      2,
      2,
      null,
    ]);
  });
});

describe("a recorded critical path", () => {
  // The path is of another run of the same shape: its ids differ by the run's name.
  const text = JSON.stringify(timeline).replaceAll("trip-2/", "trip-1/");
  const model = runModel(JSON.parse(text) as RunTimeline);
  const found = drawnPath(path, model);

  it("tiles the run, from row to row", () => {
    expect(found.stretches.map(({ start, end, place }) => [start, end, place])).toEqual([
      [0, 2, 0],
      [2, 8, 1],
      [8, 10, 3],
    ]);
    expect(found.links).toEqual([
      { at: 2, from: 0, to: 1 },
      { at: 8, from: 1, to: 3 },
    ]);
    expect([found.waited, found.total]).toEqual([0, 10]);
  });
  it("names its longest node", () => {
    expect(longestNode(model, found)).toEqual({ title: "Flights", seconds: 6, executions: 1 });
  });
});
