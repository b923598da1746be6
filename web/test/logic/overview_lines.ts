/** Lines of the overview for tests: a workflow about which there is nothing to say, and what is said otherwise. */
import type { OverviewWorkflow, Worsened } from "@/api/answers";

export function workflow(said: Partial<OverviewWorkflow> = {}): OverviewWorkflow {
  return {
    app_id: "shop",
    workflow_id: "checkout",
    workflow_name: null,
    run_count: 1000,
    failed: 0,
    error_rate: 0,
    last_run_at: "2026-11-08T11:00:00Z",
    execution_time: { avg: 2, min: 1, max: 9, stddev: 1, p50: 2, p95: 4, p99: 8 },
    total_cost: 10,
    cache_hit_rate: null,
    change: {},
    sparkline: { run_count: [], p95: [], error_rate: [], cost: [], cache_hit_rate: [] },
    degradations: 0,
    worst: null,
    recommendations: 0,
    advice: null,
    ...said,
  };
}

export function worsened(said: Partial<Worsened> = {}): Worsened {
  return {
    id: "event",
    app_id: "shop",
    workflow_id: "checkout",
    workflow_version: null,
    metric: "cost",
    started_at: "2026-11-05T00:00:00Z",
    ratio: 2,
    before: 0.01,
    after: 0.02,
    causes: [],
    ...said,
  };
}
