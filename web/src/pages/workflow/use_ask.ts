/** Puts what the page is asked for into its address, beside what is there. */
import { useNavigate } from "@tanstack/react-router";

import { told } from "@/logic/search";

import type { search } from "./search";

type Asked = ReturnType<typeof search>;
type Said = { [K in keyof Asked]: Asked[K] | undefined };

/** Replaces the address: the way back leads to the page before, not through every switch that was turned. */
export function useAsk(): (said: Said) => void {
  const navigate = useNavigate();
  return (said) => {
    void navigate({
      to: ".",
      search: (old) => told({ ...old, ...said }),
      replace: true,
      resetScroll: false,
    });
  };
}

interface Named {
  node_id: string;
  enclosing_node_id: string | null;
}

/** What is behind the `?` with a node open at the side. */
export function withNode({ node_id, enclosing_node_id }: Named) {
  return <O extends object>(old: O) =>
    told({ ...old, node: node_id, within: enclosing_node_id ?? undefined });
}
