/** What the page of one workflow asks, beside the shared questions: how figures went, what changed, what would be. */
import { queryOptions } from "@tanstack/react-query";

import type { ForecastMetric } from "./answers";
import { get } from "./client";
import type { Workflow } from "./queries";

const ONE_MINUTE_MS = 60_000;

export interface AskedTrend {
  metric: string;
  period: "hourly" | "daily";
  days: number;
  tz: string;
}

/** One metric over the period, as a whole. */
export const trend = (of: Workflow, { metric, period, days, tz }: AskedTrend) =>
  queryOptions({
    queryKey: ["trends", of, metric, period, days, tz],
    queryFn: ({ signal }) =>
      get("/apps/{app_id}/workflows/{workflow_id}/performance/trends", {
        path: of,
        query: { metric, period, days, tz },
        signal,
      }),
  });

/** One metric of each node: asked for once, whichever node is looked at. */
export const nodeTrends = (of: Workflow, metric: string, period: "hourly" | "daily", days: number) =>
  queryOptions({
    queryKey: ["trends", of, "by node", metric, period, days],
    queryFn: ({ signal }) =>
      get("/apps/{app_id}/workflows/{workflow_id}/performance/trends", {
        path: of,
        query: { metric, period, days, by: "node" },
        signal,
      }),
  });

export const versions = (of: Workflow, days: number) =>
  queryOptions({
    queryKey: ["versions", of, days],
    queryFn: ({ signal }) =>
      get("/apps/{app_id}/workflows/{workflow_id}/versions", { path: of, query: { days }, signal }),
  });

/** Levels that changed, over or not. */
export const degradations = (of: Workflow) =>
  queryOptions({
    queryKey: ["degradations", of],
    queryFn: ({ signal }) =>
      get("/apps/{app_id}/workflows/{workflow_id}/performance/degradations", { path: of, signal }),
  });

export const forecast = (of: Workflow, metric: ForecastMetric, days: number) =>
  queryOptions({
    queryKey: ["forecast", of, metric, days],
    queryFn: ({ signal }) =>
      get("/apps/{app_id}/workflows/{workflow_id}/performance/forecast", {
        path: of,
        query: { metric, days },
        signal,
      }),
    staleTime: ONE_MINUTE_MS,
  });

/** What runs would have taken, were a node by a share of its time faster. */
export const whatIfFaster = (of: Workflow, node_id: string, faster: number, days: number) =>
  queryOptions({
    queryKey: ["what-if", of, node_id, faster, days],
    queryFn: ({ signal }) =>
      get("/apps/{app_id}/workflows/{workflow_id}/performance/what-if", {
        path: of,
        query: { node_id, faster, days },
        signal,
      }),
    staleTime: ONE_MINUTE_MS,
  });

/** The advice that stands, the gravest first. */
export const standingAdvice = (of: Workflow) =>
  queryOptions({
    queryKey: ["recommendations", of, "active"],
    queryFn: ({ signal }) =>
      get("/apps/{app_id}/workflows/{workflow_id}/optimization/recommendations", { path: of, signal }),
  });
