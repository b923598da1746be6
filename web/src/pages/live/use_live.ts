/** The list of runs, kept up to date by the server, and how we are connected. */
import { useEffect, useReducer, useState } from "react";

import { watchRuns, type Connected, type LiveScope } from "@/api/live";
import { NOTHING, reduced } from "@/logic/live";

export function useLive({ app_id, workflow_id }: LiveScope) {
  const [list, act] = useReducer(reduced, NOTHING);
  const [connected, setConnected] = useState<Connected>("connecting");
  useEffect(() => {
    act({ kind: "forget" });
    return watchRuns(
      { app_id, workflow_id },
      {
        events: (events) => {
          act({ kind: "events", events });
        },
        connected: setConnected,
      },
    );
  }, [app_id, workflow_id]);
  return { list, act, connected };
}

/** The time, as often as is asked for. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(Date.now());
    }, everyMs);
    return () => {
      clearInterval(timer);
    };
  }, [everyMs]);
  return now;
}
