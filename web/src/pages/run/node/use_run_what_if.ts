/** The selected node under another time: asked once, then followed as the slider moves, without a request a step. */
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import type { RunWhatIf } from "@/api/answers";
import { runWhatIf, type Changed } from "@/api/run";
import type { RunModel } from "@/logic/run_model";
import { endAt, movedAt, type Interval } from "@/logic/what_if_line";

export type Scope = "one" | "all";

/** Where things would be. */
export interface Ghost {
  end: number;
  at: (id: string) => Interval | null;
}

export interface AskedWhatIf {
  query: UseQueryResult<RunWhatIf>;
  factor: number;
  setFactor: (factor: number) => void;
  scope: Scope;
  setScope: (scope: Scope) => void;
  ghost: Ghost | null;
}

interface Chosen {
  place: number | null;
  factor: number;
  scope: Scope;
}

export function useRunWhatIf(run: string, model: RunModel, place: number | null): AskedWhatIf {
  const [chosen, choose] = useState<Chosen>({ place, factor: 1, scope: "one" });
  const now = chosen.place === place ? chosen : { place, factor: 1, scope: "one" as const };
  const node = place === null ? undefined : model.nodes[place];
  const changed: Changed =
    now.scope === "one" ? { node_execution_id: node?.id ?? "" } : { node_id: node?.nodeId ?? "" };
  const query = useQuery({ ...runWhatIf(run, changed), enabled: node !== undefined });
  const { data } = query;
  const indexes = useMemo(
    () => new Map(data?.moved.node_execution_id.map((id, index) => [id, index])),
    [data],
  );
  const ghost = useMemo(() => {
    const end = data && now.factor !== 1 ? endAt(data.points, now.factor) : null;
    if (!data || end === null) return null;
    return { end, at: (id: string) => movedAt(data, indexes.get(id), now.factor) };
  }, [data, indexes, now.factor]);
  return {
    query,
    factor: now.factor,
    setFactor: (factor) => {
      choose({ ...now, factor });
    },
    scope: now.scope,
    setScope: (scope) => {
      choose({ ...now, scope });
    },
    ghost,
  };
}
