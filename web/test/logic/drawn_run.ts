/**
 * Runs as text pictures: a line per node execution, a letter per second.
 *
 *     plan     ##
 *     loop       ########
 *      .read@0   ##            inside the line above it with fewer dots, in turn 0
 */
import type { CriticalPath, RunTimeline } from "@/api/answers";

export function drawn(picture: string): RunTimeline {
  const lines = picture.split("\n").filter((line) => line.trim() !== "");
  const margin = Math.min(...lines.map((line) => line.search(/\S/)));
  const around: number[] = [];
  const steps: string[] = [];
  const nodes = lines.map((line, place) => {
    const [, dots = "", name = "", turn] = /^\s*(\.*)([\w ]+?)(?:@(\d+))?\s+#/.exec(line) ?? [];
    const bars = line.slice(margin + WIDTH);
    const start = bars.indexOf("#");
    around.length = dots.length;
    const parent = around.at(-1) ?? null;
    around.push(place);
    if (!steps.includes(name)) steps.push(name);
    return {
      id: turn === undefined ? name : `${name}@${turn}`,
      step: steps.indexOf(name),
      parent,
      start,
      end: bars.lastIndexOf("#") + 1,
      turn: turn === undefined ? null : Number(turn),
    };
  });
  const end = Math.max(...nodes.map((node) => node.end));
  return timelineOf(steps, nodes, end);
}

/** How many letters the names take. */
const WIDTH = 12;

interface Line {
  id: string;
  step: number;
  parent: number | null;
  start: number | null;
  end: number | null;
  turn: number | null;
}

export function timelineOf(steps: readonly string[], nodes: readonly Line[], took: number): RunTimeline {
  return {
    run: {
      state: "complete",
      start_time: "2026-11-08T12:00:00Z",
      end_time: "2026-11-08T13:00:00Z",
      total_execution_time: took,
    } as RunTimeline["run"],
    steps: steps.map((name) => ({
      node_id: name,
      node_title: name,
      node_type: "tool",
      enclosing_node_id: null,
    })),
    nodes: {
      node_execution_id: nodes.map((node) => node.id),
      step: nodes.map((node) => node.step),
      parent: nodes.map((node) => node.parent),
      start: nodes.map((node) => node.start),
      end: nodes.map((node) => node.end),
      ready: null,
      first_token: null,
      status: nodes.map(() => "succeeded" as const),
      attempts: null,
      is_cached: null,
      iteration_index: nodes.map((node) => node.turn),
    },
    attempts: [],
  };
}

/** A path from its stretches: whose, what for, seconds. */
export function pathOf(...told: [node: string | null, kind: string, seconds: number][]): CriticalPath {
  return {
    workflow_run_id: "run",
    total_seconds: told.reduce((sum, [, , seconds]) => sum + seconds, 0),
    segments: told.map(([node_execution_id, kind, seconds]) => ({
      node_execution_id,
      kind: kind as "work",
      start_time: "",
      end_time: "",
      seconds,
    })),
    nodes: [],
  };
}
