/** What the page of trends and comparisons asks: lines of a metric, what is to come, two sides, and how times are spread. */
import { queryOptions } from "@tanstack/react-query";

import type { Split, Stretch } from "@/logic/trend_lines";

import type { ForecastMetric } from "./answers";
import { get } from "./client";
import type { Workflow } from "./queries";
import type { paths } from "./schema";

const ONE_MINUTE_MS = 60_000;

export interface AskedLines {
  metric: string;
  period: Stretch;
  days: number;
  by: Split | null;
  tz: string;
}

export const trendLines = (of: Workflow, asked: AskedLines) =>
  queryOptions({
    queryKey: ["trends", of, "lines", asked],
    queryFn: ({ signal }) =>
      get("/apps/{app_id}/workflows/{workflow_id}/performance/trends", { path: of, query: asked, signal }),
  });

export const customMetrics = (of: Workflow) =>
  queryOptions({
    queryKey: ["metrics", of],
    queryFn: ({ signal }) =>
      get("/apps/{app_id}/metrics", {
        path: { app_id: of.app_id },
        query: { workflow_id: of.workflow_id },
        signal,
      }),
    staleTime: ONE_MINUTE_MS,
  });

export const outlook = (of: Workflow, metric: ForecastMetric, days: number, budget: number | null) =>
  queryOptions({
    queryKey: ["forecast", of, metric, days, budget],
    queryFn: ({ signal }) =>
      get("/apps/{app_id}/workflows/{workflow_id}/performance/forecast", {
        path: of,
        query: { metric, days, budget },
        signal,
      }),
    staleTime: ONE_MINUTE_MS,
  });

type Comparison = paths["/apps/{app_id}/workflows/{workflow_id}/performance/compare"]["get"];
export type AskedComparison = NonNullable<Comparison["parameters"]["query"]>;
type Spread = paths["/apps/{app_id}/workflows/{workflow_id}/performance/distribution"]["get"];
export type AskedSpread = NonNullable<Spread["parameters"]["query"]>;

/** Thousands of runs a side are read one by one: it may take a second. */
export const comparison = (of: Workflow, asked: AskedComparison) =>
  queryOptions({
    queryKey: ["compare", of, asked],
    queryFn: ({ signal }) =>
      get("/apps/{app_id}/workflows/{workflow_id}/performance/compare", { path: of, query: asked, signal }),
    staleTime: ONE_MINUTE_MS,
  });

export const distribution = (of: Workflow, asked: AskedSpread) =>
  queryOptions({
    queryKey: ["distribution", of, asked],
    queryFn: ({ signal }) =>
      get("/apps/{app_id}/workflows/{workflow_id}/performance/distribution", {
        path: of,
        query: asked,
        signal,
      }),
    staleTime: ONE_MINUTE_MS,
  });
