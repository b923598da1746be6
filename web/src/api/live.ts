/**
 * Runs as they happen: the server's stream of events, which comes back by itself and misses nothing.
 *
 * A browser reconnects with the id of the last event; where it gave up (a server that answered with an error) or the
 * page was out of sight for a while (a tab that nobody sees must not hold one of the few connections), we open the
 * stream again ourselves with the same id. What the server can no longer tell one by one it tells as a `reset`.
 */
import { queryOptions } from "@tanstack/react-query";

import type { LiveEvent } from "@/logic/live";

import type { LiveGone, LiveReset, LiveRun } from "./answers";
import { address, get } from "./client";

export interface LiveScope {
  app_id?: string | undefined;
  workflow_id?: string | undefined;
}

export type Connected = "connecting" | "live" | "reconnecting";

interface Listener {
  events: (events: readonly LiveEvent[]) => void;
  connected: (how: Connected) => void;
}

/** What the data of each kind of event says. */
const READ: Readonly<Record<string, (data: unknown) => LiveEvent>> = {
  run: (data) => ({ kind: "run", run: data as LiveRun }),
  gone: (data) => ({ kind: "gone", id: (data as LiveGone).workflow_run_id }),
  reset: (data) => ({ kind: "reset", runs: (data as LiveReset).items }),
};
const GATHER_MS = 100;
const AGAIN_MS = 2_000;
const UNSEEN_MS = 20_000;

/** Begins to look on; gives what ends it. */
export function watchRuns(scope: LiveScope, listener: Listener): () => void {
  let source: EventSource | null = null;
  let lastId = "";
  let waiting: LiveEvent[] = [];
  const timers: Partial<Record<"gather" | "again" | "unseen", number>> = {};

  const take = (event: LiveEvent, id: string) => {
    lastId = id;
    waiting.push(event);
    timers.gather ??= window.setTimeout(() => {
      delete timers.gather;
      const told = waiting;
      waiting = [];
      listener.events(told);
    }, GATHER_MS);
  };

  const open = () => {
    delete timers.again;
    source?.close();
    const made = new EventSource(address("/live", {}, { ...scope, after: lastId || undefined }));
    source = made;
    made.onopen = () => {
      listener.connected("live");
    };
    made.onerror = () => {
      listener.connected("reconnecting");
      if (made.readyState === EventSource.CLOSED) timers.again ??= window.setTimeout(open, AGAIN_MS);
    };
    for (const [name, read] of Object.entries(READ))
      made.addEventListener(name, (event: MessageEvent<string>) => {
        take(read(JSON.parse(event.data)), event.lastEventId);
      });
  };

  const seen = () => {
    window.clearTimeout(timers.unseen);
    if (document.hidden) {
      timers.unseen = window.setTimeout(() => {
        source?.close();
        source = null;
      }, UNSEEN_MS);
    } else if (source === null) open();
  };

  document.addEventListener("visibilitychange", seen);
  open();
  return () => {
    document.removeEventListener("visibilitychange", seen);
    source?.close();
    for (const timer of Object.values(timers)) window.clearTimeout(timer);
  };
}

export const apps = () =>
  queryOptions({ queryKey: ["apps"], queryFn: ({ signal }) => get("/apps", { signal }) });

export const workflowsOf = (app_id: string) =>
  queryOptions({
    queryKey: ["workflows", app_id],
    queryFn: ({ signal }) => get("/apps/{app_id}/workflows", { path: { app_id }, signal }),
  });
