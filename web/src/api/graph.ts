/** The graph of a workflow. It changes seldom: it is asked for once a minute at most. */
import { queryOptions } from "@tanstack/react-query";

import { get } from "./client";
import type { Workflow } from "./queries";

const FRESH_MS = 60_000;

export const workflowGraph = (of: Workflow) =>
  queryOptions({
    queryKey: ["graph", of],
    staleTime: FRESH_MS,
    queryFn: ({ signal }) => get("/apps/{app_id}/workflows/{workflow_id}/graph", { path: of, signal }),
  });
