/** What the graph shows now, as the address says, and ways to change it. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";

import type { View } from "@/logic/graph_figures";
import { told } from "@/logic/search";

export interface Chosen {
  view: View;
  isList: boolean;
  node: string | undefined;
  setView: (view: View) => void;
  setList: (isList: boolean) => void;
  /** Opens a step; `within` the container that tells it from others of its name. */
  open: (node: string, within: string | null) => void;
}

export function useChosen(): Chosen {
  const { colour: chosen, graph, node } = useSearch({ strict: false });
  const navigate = useNavigate();
  const setView = useCallback(
    (view: View) => {
      const colour = view === "time" ? undefined : view;
      void navigate({
        to: ".",
        search: (old) => told({ ...old, colour }),
        replace: true,
        resetScroll: false,
      });
    },
    [navigate],
  );
  const setList = useCallback(
    (isList: boolean) => {
      const shape = isList ? ("list" as const) : undefined;
      void navigate({
        to: ".",
        search: (old) => told({ ...old, graph: shape }),
        replace: true,
        resetScroll: false,
      });
    },
    [navigate],
  );
  const open = useCallback(
    (id: string, inside: string | null) => {
      const within = inside ?? undefined;
      void navigate({ to: ".", search: (old) => told({ ...old, node: id, within }), resetScroll: false });
    },
    [navigate],
  );
  return { view: chosen ?? "time", isList: graph === "list", node, setView, setList, open };
}
