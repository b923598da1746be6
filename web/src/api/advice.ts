/** Recommendations: lists of them, one in full, and what can be done with one. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import type { Category, RecommendationStatus, Severity } from "./answers";
import { get, post } from "./client";
import type { Workflow } from "./queries";

export interface AdviceFilters {
  app_id: string | null;
  workflow_id: string | null;
  status: RecommendationStatus;
  severity: Severity | null;
  category: Category | null;
}

const A_PAGE = 100;

/** Those of all workflows, or of one, the most worth first; page by page. */
export const adviceList = (filters: AdviceFilters) =>
  infiniteQueryOptions({
    queryKey: ["recommendations", "list", filters],
    queryFn: ({ signal, pageParam }) =>
      get("/recommendations", { query: { ...filters, limit: A_PAGE, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });

/** One in full, by its id alone. */
export const adviceOf = (id: string) =>
  queryOptions({
    queryKey: ["recommendations", "one", id],
    queryFn: ({ signal }) =>
      get("/recommendations/{recommendation_id}", { path: { recommendation_id: id }, signal }),
  });

/** One, and where it is. */
export interface Meant extends Workflow {
  id: string;
}

const AT = "/apps/{app_id}/workflows/{workflow_id}/optimization/recommendations";
const pathOf = ({ app_id, workflow_id, id }: Meant) => ({ app_id, workflow_id, recommendation_id: id });

export const dismiss = (of: Meant, reason: string | null) =>
  post(`${AT}/{recommendation_id}/dismiss`, { path: pathOf(of), body: { reason } });

/** `at`: an instant; null: now. */
export const implement = (of: Meant, at: string | null, note: string | null) =>
  post(`${AT}/{recommendation_id}/implement`, { path: pathOf(of), body: { at, note } });

export const analyse = (of: Workflow, days: number) => post(AT, { path: of, body: { days } });
