import { describe, expect, it } from "vitest";

import type { LiveRun } from "@/api/answers";
import { MOST, NOTHING, reduced, statusOf, tookSoFar, type LiveEvent, type LiveList } from "@/logic/live";
import { liveFigures, timeBar, usualTimes, workflowKey } from "@/logic/live_figures";

const AT = Date.parse("2026-11-08T12:00:00Z");
const at = (seconds: number) => new Date(AT + seconds * 1000).toISOString();

/** A run that began so many seconds after noon; with `more` it is as that says. */
function run(id: string, began: number, more: Partial<LiveRun> = {}): LiveRun {
  return {
    workflow_run_id: id,
    app_id: "shop",
    workflow_id: "checkout",
    state: "running",
    is_ended: false,
    status_so_far: null,
    start_time: at(began),
    recorded_at: at(began),
    end_time: null,
    total_execution_time: null,
    ...more,
  } as LiveRun;
}

const ended = (id: string, began: number, took: number, status: "succeeded" | "failed" = "succeeded") =>
  run(id, began, {
    state: "complete",
    is_ended: true,
    status_so_far: status,
    end_time: at(began + took),
    total_execution_time: took,
  });

const told = (list: LiveList, ...events: LiveEvent[]) => reduced(list, { kind: "events", events });
const begins = (each: LiveRun): LiveEvent => ({ kind: "run", run: each });
const ids = (list: LiveList) => (list.held ?? list.runs).map((each) => each.workflow_run_id);

describe("the list", () => {
  it("has each run once, the newest first, as it was told last", () => {
    const list = told(NOTHING, begins(run("a", 0)), begins(run("b", 5)), begins(ended("a", 0, 3)));
    expect(ids(list)).toEqual(["b", "a"]);
    expect(list.runs[1]?.is_ended).toBe(true);
  });
  it("is the same however often and in whatever portions it is told", () => {
    const events = [begins(run("a", 0)), begins(run("b", 1)), begins(ended("a", 0, 2))];
    const atOnce = told(NOTHING, ...events);
    const twice = events.reduce((list, event) => told(told(list, event), event), NOTHING);
    expect(twice.runs).toEqual(atOnce.runs);
  });
  it("forgets what is gone, and all at a reset", () => {
    const list = told(NOTHING, begins(run("a", 0)), begins(run("b", 1)), { kind: "gone", id: "a" });
    expect(ids(list)).toEqual(["b"]);
    expect(ids(told(list, { kind: "reset", runs: [run("c", 0)] }))).toEqual(["c"]);
  });
  it("is bounded, and keeps what still runs", () => {
    const many = Array.from({ length: MOST + 20 }, (_, place) => begins(ended(`r${place}`, place + 1, 1)));
    const list = told(NOTHING, begins(run("old", 0)), ...many);
    expect(list.runs).toHaveLength(MOST);
    expect(ids(list).at(-1)).toBe("old");
    expect(ids(list)[0]).toBe(`r${MOST + 19}`);
  });
  it("stands still while it is held, and says how many are new", () => {
    const held = reduced(told(NOTHING, begins(run("a", 0))), { kind: "hold" });
    const later = told(held, begins(run("b", 1)), begins(run("c", 2)), begins(ended("a", 0, 1)));
    expect([ids(later), later.fresh]).toEqual([["a"], 2]);
    expect(later.held?.[0]?.is_ended).toBe(false);
    const on = reduced(later, { kind: "go on" });
    expect([ids(on), on.fresh]).toEqual([["c", "b", "a"], 0]);
  });
});

describe("a run", () => {
  it("has the status it ended with, before it is complete", () => {
    expect(statusOf(run("a", 0))).toBe("running");
    expect(statusOf(run("a", 0, { is_ended: true, status_so_far: "failed" }))).toBe("failed");
    expect(statusOf(run("a", 0, { state: "incomplete" }))).toBe("incomplete");
  });
  it("takes longer as time passes, until it ends", () => {
    expect(tookSoFar(run("a", 0), AT + 2500)).toBe(2.5);
    expect(tookSoFar(ended("a", 0, 4), AT + 9000)).toBe(4);
    expect(tookSoFar(run("a", 0, { start_time: null }), AT)).toBeNull();
  });
});

describe("the last minutes", () => {
  it("count what began, ended and failed in them", () => {
    const runs = [run("a", 290), ended("b", 250, 10, "failed"), ended("c", 100, 1), ended("d", -90, 5)];
    expect(liveFigures(runs, AT + 300_000)).toEqual({ running: 1, perMinute: 3 / 5, ended: 2, failed: 1 });
  });
  it("are not known of nothing", () => {
    expect(liveFigures([], AT).perMinute).toBeNull();
  });
});

describe("what is usual", () => {
  it("is the median of three runs of a workflow or more", () => {
    const runs = [ended("a", 0, 1), ended("b", 0, 9), ended("c", 0, 2), run("d", 0)];
    const key = workflowKey(run("x", 0));
    expect(usualTimes(runs).get(key)).toBe(2);
    expect(usualTimes(runs.slice(1)).get(key)).toBeUndefined();
  });
  it("is half of a bar", () => {
    expect(timeBar(2, 2)).toEqual({ width: 0.5, isLong: false, times: 1 });
    expect(timeBar(9, 2)).toEqual({ width: 1, isLong: true, times: 4.5 });
    expect(timeBar(1, undefined)).toBeNull();
    expect(timeBar(null, 2)).toBeNull();
  });
});
