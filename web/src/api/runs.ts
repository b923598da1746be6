/** The list of a workflow's runs, page by page. */
import { infiniteQueryOptions } from "@tanstack/react-query";

import type { RunStatus } from "./answers";
import { get } from "./client";
import type { Workflow } from "./queries";

/** Which runs are wanted; all that is told must hold. */
export interface RunFilters {
  status?: RunStatus | undefined;
  since?: string | undefined;
  until?: string | undefined;
  user?: string | undefined;
  session?: string | undefined;
  tag?: string | undefined;
  /** Seconds. */
  slower_than?: number | undefined;
  /** Runs in which this node failed. */
  failed_node?: string | undefined;
}

const AT_ONCE = 50;

const HOUR_MS = 3_600_000;

/** When so many days up to now begin: at a full hour, as the server counts its periods. */
function startOf(days: number): string {
  return new Date((Math.floor(Date.now() / HOUR_MS) - days * 24) * HOUR_MS).toISOString();
}

/** Runs of the last `days` days, or since what the filters say. */
export const runs = (of: Workflow, filters: RunFilters, days: number) =>
  infiniteQueryOptions({
    queryKey: ["runs", of, filters, days],
    queryFn: ({ pageParam, signal }) =>
      get("/apps/{app_id}/workflows/{workflow_id}/runs", {
        path: of,
        query: {
          since: startOf(days),
          ...filters,
          limit: AT_ONCE,
          ...(pageParam === null ? {} : { cursor: pageParam }),
        } as never,
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
