/**
 * Questions to the server, by name: what is asked, under which key it is remembered.
 *
 * A key begins with the path's name, so that `invalidate(["recommendations"])` makes all of that kind be asked anew.
 * Pages add their own in `api/<page>.ts`; here is what several of them ask.
 */
import { QueryClient, queryOptions } from "@tanstack/react-query";

import { ProblemError, get } from "./client";

/** Which workflow is meant. */
export interface Workflow {
  app_id: string;
  workflow_id: string;
}

const FRESH_MS = 15_000;
const MOST_TRIES = 2;

export function queryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: FRESH_MS,
        refetchOnWindowFocus: true,
        // What the server refused it will refuse again; what it could not do is tried twice more.
        retry: (tries, error) =>
          tries < MOST_TRIES && !(error instanceof ProblemError && error.status > 0 && error.status < 500),
        retryDelay: (tries) => 300 * 2 ** tries,
      },
    },
  });
}

export const summary = (of: Workflow, days: number) =>
  queryOptions({
    queryKey: ["summary", of, days],
    queryFn: ({ signal }) =>
      get("/apps/{app_id}/workflows/{workflow_id}/performance/summary", {
        path: of,
        query: { days },
        signal,
      }),
  });

export const breakdown = (of: Workflow, days: number) =>
  queryOptions({
    queryKey: ["nodes", of, days],
    queryFn: ({ signal }) =>
      get("/apps/{app_id}/workflows/{workflow_id}/performance/nodes", { path: of, query: { days }, signal }),
  });

export const bottlenecks = (of: Workflow, days: number) =>
  queryOptions({
    queryKey: ["bottlenecks", of, days],
    queryFn: ({ signal }) =>
      get("/apps/{app_id}/workflows/{workflow_id}/performance/bottlenecks", {
        path: of,
        query: { days },
        signal,
      }),
  });
