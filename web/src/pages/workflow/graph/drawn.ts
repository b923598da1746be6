/** What was laid out, as React Flow wants to have it. */
import type { Graph } from "@/api/answers";
import type { Box, Laid } from "@/logic/graph_layout";
import { strings } from "@/strings";

import type { StepNode } from "./step";
import type { WayEdge } from "./way";

/** Boxes know their places in the whole drawing, so none is told its parent; what is inside lies above. */
export function nodesOf({ boxes }: Laid): StepNode[] {
  const depths = depthsOf(boxes);
  return boxes.map(({ id, x, y, width, height, isContainer }) => ({
    id,
    type: "step",
    position: { x, y },
    width,
    height,
    data: { isContainer },
    zIndex: 2 * (depths.get(id) ?? 0) + (isContainer ? 0 : 1000),
    domAttributes: { "aria-roledescription": undefined },
  }));
}

export function edgesOf(graph: Graph, { boxes, ways }: Laid, lit: readonly number[]): WayEdge[] {
  const depths = depthsOf(boxes);
  const titles = new Map(graph.nodes.map((node) => [node.node_id, node.node_title]));
  return graph.edges.flatMap(({ source, target, branch }, place) => {
    const way = ways[place];
    if (!way?.path) return [];
    const share = lit[place] ?? 0;
    return {
      id: String(place),
      type: "way",
      source,
      target,
      // Above the container that it is in; what is lit above what is not.
      zIndex: 2 * Math.max(depths.get(source) ?? 0, depths.get(target) ?? 0) + 1 + (share > 0 ? 500 : 0),
      data: { way, lit: share, branch, isGuessed: graph.source === "inferred" },
      ariaLabel: strings.graph.way(
        titles.get(source) ?? source,
        titles.get(target) ?? target,
        branch,
        share > 0,
      ),
      domAttributes: { "aria-roledescription": undefined },
    } satisfies WayEdge;
  });
}

/** How many containers are around each. */
function depthsOf(boxes: readonly Box[]): ReadonlyMap<string, number> {
  const depths = new Map<string, number>();
  for (const { id, container } of boxes)
    depths.set(id, container === null ? 0 : (depths.get(container) ?? 0) + 1);
  return depths;
}
