/** Small graphs and figures for tests. */
import type { Bottleneck, Graph, GraphEdge, NodeFigures, NodeTypeFigures } from "@/api/answers";
import type { Measured, Step } from "@/logic/graph_figures";

type Given = [id: string, more?: { title?: string; container?: string; type?: string }];

export function graphOf(nodes: Given[], edges: [string, string, string?][] = []): Graph {
  return {
    engine: "generic",
    source: "imported",
    name: null,
    version: null,
    warnings: [],
    nodes: nodes.map(([id, more]) => ({
      node_id: id,
      node_type: more?.type ?? "tool",
      node_title: more?.title ?? id,
      container_id: more?.container ?? null,
      reads: [],
      has_dynamic_reads: false,
      purity: "unknown",
      writes: [],
      shared_reads: [],
    })),
    edges: edges.map(([source, target, branch]): GraphEdge => ({ source, target, branch: branch ?? null })),
  };
}

/** `a>b>c` and so on as edges. */
export function chain(...ids: string[]): [string, string][] {
  return ids.slice(1).map((id, place) => [ids[place] ?? "", id]);
}

export function figures(id: string, more: Partial<NodeFigures> = {}): NodeFigures {
  const tokens = {
    input: null,
    output: null,
    cache_read: null,
    cache_write: null,
    reasoning: null,
    total: null,
  };
  return {
    node_id: id,
    node_title: id,
    enclosing_node_id: null,
    node_type: "tool",
    execution_count: 10,
    execution_time: { avg: 1, p50: 1, p95: 1, p99: 1, total: 10, self_total: 10 },
    share: null,
    tokens,
    cost: null,
    error_rate: 0,
    retry_count: 0,
    cache_hits: 0,
    input_bytes: null,
    output_bytes: null,
    memory_peak: { avg: null, max: null },
    ...more,
  };
}

export function typed(nodes: NodeFigures[]): NodeTypeFigures {
  const { execution_time, tokens } = figures("any");
  return { node_type: "tool", execution_count: 0, execution_time, share: null, tokens, cost: null, error_rate: null, retry_count: 0, cache_hits: 0, nodes }; // prettier-ignore
}

export function bottleneck(
  id: string,
  share: number,
  onPath: number,
  inside: string | null = null,
): Bottleneck {
  return {
    node_id: id,
    node_title: id,
    enclosing_node_id: inside,
    node_type: "tool",
    on_path_share: onPath,
    critical_share: share,
    critical_time: { p50: 1, p95: 1 },
    execution_count: 10,
  };
}

export const MEASURED: Measured = {
  executions: 10,
  criticalShare: 0,
  onPath: 0,
  cost: null,
  errorRate: 0,
  hitRatio: 0,
};

/** The steps of a graph, each in so much of the runs on the critical path; null for those that were not measured. */
export function stepsOf(
  graph: Graph,
  onPath: Readonly<Record<string, number | null>> = {},
): Map<string, Step> {
  return new Map(
    graph.nodes.map((node) => {
      const share = onPath[node.node_id];
      const measured = share === null ? null : { ...MEASURED, onPath: share ?? 0, criticalShare: share ?? 0 };
      return [node.node_id, { node, measured }];
    }),
  );
}
