/** Walking through the graph by keyboard: one step can be reached by Tab, arrows lead to the others and into sight. */
import { useReactFlow, useStoreApi } from "@xyflow/react";
import { useCallback, useMemo, useState } from "react";

import type { Graph } from "@/api/answers";
import type { Box, Laid } from "@/logic/graph_layout";
import { stepTowards, type Arrow } from "@/logic/graph_paths";

import type { ShownGraph } from "./shown";

export type Walk = Pick<ShownGraph, "stop" | "wantsFocus" | "focused" | "move">;

export function useWalk(graph: Graph, laid: Laid, first: string | undefined): Walk {
  const [at, setAt] = useState<{ stop: string | undefined; wantsFocus: boolean }>({
    stop: undefined,
    wantsFocus: false,
  });
  const reveal = useReveal();
  const places = useMemo(() => laid.boxes.map(middle), [laid]);
  const focused = useCallback((id: string) => {
    setAt({ stop: id, wantsFocus: false });
  }, []);
  const move = useCallback(
    (from: string, arrow: Arrow | "Home" | "End") => {
      const id =
        arrow === "Home" || arrow === "End"
          ? laid.boxes.at(arrow === "Home" ? 0 : -1)?.id
          : stepTowards(from, arrow, places, graph.edges);
      const box = laid.boxes.find((each) => each.id === id);
      if (!box) return;
      reveal(box);
      setAt({ stop: box.id, wantsFocus: true });
    },
    [graph, laid, places, reveal],
  );
  return useMemo(
    () => ({ stop: at.stop ?? first, wantsFocus: at.wantsFocus, focused, move }),
    [at, first, focused, move],
  );
}

function middle({ id, x, y, width, height, isContainer }: Box) {
  // The name of a container stands at its upper edge: that is where it is, for who moves.
  return { id, x: x + width / 2, y: y + (isContainer ? 17 : height / 2) };
}

/** Moves the graph just so far that a box is in sight. */
function useReveal(): (box: Box) => void {
  const flow = useReactFlow();
  const store = useStoreApi();
  return useCallback(
    (box: Box) => {
      const { width, height } = store.getState();
      const { x, y, zoom } = flow.getViewport();
      const dx = nudge(box.x * zoom + x, box.width * zoom, width);
      const dy = nudge(box.y * zoom + y, Math.min(box.height, 58) * zoom, height);
      if (dx || dy) void flow.setViewport({ x: x + dx, y: y + dy, zoom });
    },
    [flow, store],
  );
}

const EDGE = 14;

function nudge(from: number, size: number, room: number): number {
  if (from < EDGE) return EDGE - from;
  const over = from + size - (room - EDGE);
  return over > 0 ? -Math.min(over, from - EDGE) : 0;
}
