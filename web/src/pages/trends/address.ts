/** What this page's address says, and how parts of it are said anew. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";

import type { Search } from "@/logic/search";

import { search, type Asked } from "./search";

export function useAsked(): Asked {
  const raw: Search = useSearch({ strict: false });
  return useMemo(() => search(raw), [raw]);
}

/** Says some of it anew; undefined takes a word away. With `keep` the way back leads to what was before. */
export function useAsk() {
  const navigate = useNavigate();
  return useCallback(
    (change: { [K in keyof Asked]?: Asked[K] | undefined }, keep = false) => {
      void navigate({ to: ".", search: (old) => ({ ...old, ...change }) as typeof old, replace: !keep });
    },
    [navigate],
  );
}
