/** What the first page asks: everything in one question, again and again while somebody looks. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { get } from "./client";
import type { Workflow } from "./queries";

const EVERY_MS = 30_000;
/** While nothing has arrived yet, somebody sits and waits for it. */
const EVERY_WHILE_EMPTY_MS = 2_000;

export const overview = (days: number, app: string | undefined) =>
  queryOptions({
    queryKey: ["overview", days, app ?? null],
    queryFn: ({ signal }) => get("/overview", { query: { days, app_id: app ?? null }, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: (query) => (query.state.data?.apps.length === 0 ? EVERY_WHILE_EMPTY_MS : EVERY_MS),
  });

/** The newest run of a workflow: the first one, just after it has arrived. */
export const newestRun = (of: Workflow) =>
  queryOptions({
    queryKey: ["runs", of, "newest"],
    queryFn: ({ signal }) =>
      get("/apps/{app_id}/workflows/{workflow_id}/runs", { path: of, query: { limit: 1 }, signal }),
  });
