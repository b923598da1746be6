/** What the page of a run asks: the run as it is drawn, its critical path, one node of it, and what a node's time does. */
import { queryOptions } from "@tanstack/react-query";

import { get } from "./client";

const WHILE_RUNNING_MS = 2_000;

export const runTimeline = (run: string) =>
  queryOptions({
    queryKey: ["run", run, "timeline"],
    queryFn: ({ signal }) =>
      get("/runs/{workflow_run_id}/timeline", { path: { workflow_run_id: run }, signal }),
    refetchInterval: (query) => (query.state.data?.run.state === "running" ? WHILE_RUNNING_MS : false),
  });

/** Asked anew with every piece of the run that arrives: `seen` is how much of it was there. */
export const criticalPath = (run: string, seen: string) =>
  queryOptions({
    queryKey: ["run", run, "critical-path", seen],
    queryFn: ({ signal }) =>
      get("/runs/{workflow_run_id}/critical-path", { path: { workflow_run_id: run }, signal }),
    placeholderData: (old) => old,
  });

export const nodeExecution = (run: string, node: string) =>
  queryOptions({
    queryKey: ["run", run, "node", node],
    queryFn: ({ signal }) =>
      get("/runs/{workflow_run_id}/nodes/{node_execution_id}", {
        path: { workflow_run_id: run, node_execution_id: node },
        signal,
      }),
  });

/** One node execution, or all of a node in the run. */
export type Changed = { node_execution_id: string } | { node_id: string };

export const runWhatIf = (run: string, changed: Changed) =>
  queryOptions({
    queryKey: ["run", run, "what-if", changed],
    queryFn: ({ signal }) =>
      get("/runs/{workflow_run_id}/what-if", { path: { workflow_run_id: run }, query: changed, signal }),
    staleTime: 60_000,
  });
