/** What the address of a workflow may say. */
import { oneOf, text, told, type Search } from "@/logic/search";

import { graphSearch } from "./graph/search";

export const METRICS = ["run_time", "error_rate", "cost", "tokens", "cache_hit_rate", "run_count"] as const;
export type Metric = (typeof METRICS)[number];

/**
 * `metric` and `view` are of the chart, `sort` and `find` of the list of nodes; `node` (in the step `within`, where
 * that is needed to tell it from another) is open at the side. The rest is of the graph.
 */
export const search = (raw: Search) =>
  told({
    metric: oneOf(raw.metric, METRICS),
    view: oneOf(raw.view, ["table"] as const),
    sort: text(raw.sort),
    find: text(raw.find),
    node: text(raw.node),
    within: text(raw.within),
    ...graphSearch(raw),
  });
