/** What all steps on the canvas know of it: passed by context, so that steps are drawn anew without being laid out anew. */
import { createContext, useContext } from "react";

import type { Joined } from "@/logic/graph_figures";
import type { Arrow } from "@/logic/graph_paths";
import type { Scale } from "@/logic/graph_scale";

export interface ShownGraph {
  joined: Joined;
  scale: Scale;
  /** The step that is opened beside the graph. */
  opened: string | undefined;
  /** The one step that Tab leads to. */
  stop: string | undefined;
  /** It is to take the focus as soon as it is drawn. */
  wantsFocus: boolean;
  direction: "LR" | "TB";
  open: (id: string, within: string | null) => void;
  focused: (id: string) => void;
  move: (id: string, arrow: Arrow | "Home" | "End") => void;
}

export const ShownContext = createContext<ShownGraph | null>(null);

export function useShown(): ShownGraph {
  const shown = useContext(ShownContext);
  if (!shown) throw new Error("a step is drawn outside of a graph");
  return shown;
}
