/** What the cache of a workflow did, what it holds, what it would bring; and taking entries out. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import type { Criteria } from "@/logic/cache_criteria";

import { get, post, type AnswerOf } from "./client";
import type { Workflow } from "./queries";

const base = "/apps/{app_id}/workflows/{workflow_id}/cache";
export type CacheStatistics = AnswerOf<`${typeof base}/statistics`>;
export type CachedNode = AnswerOf<`${typeof base}/top-nodes`>["items"][number];
export type UncachedNode = AnswerOf<`${typeof base}/potential`>["items"][number];
export type KeyExplanation = AnswerOf<`${typeof base}/entries/{cache_key}`>;
export type TopBy = "hits" | "time_saved" | "cost_saved";

const MOST_NODES = 50;

/** While another period of the same workflow is asked for, what was shown stays, and with it what was typed. */
function keptFor(of: Workflow) {
  return <T>(previous: T | undefined, asked: { queryKey: readonly unknown[] } | undefined): T | undefined => {
    const was = asked?.queryKey[2] as Workflow | undefined;
    return was?.app_id === of.app_id && was.workflow_id === of.workflow_id ? previous : undefined;
  };
}

export const cacheStatistics = (of: Workflow, days: number) =>
  queryOptions({
    queryKey: ["cache", "statistics", of, days],
    queryFn: ({ signal }) => get(`${base}/statistics`, { path: of, query: { days }, signal }),
    placeholderData: keptFor(of),
  });

export const servedNodes = (of: Workflow, days: number, by: TopBy) =>
  queryOptions({
    queryKey: ["cache", "served", of, days, by],
    queryFn: ({ signal }) =>
      get(`${base}/top-nodes`, { path: of, query: { days, by, limit: MOST_NODES }, signal }),
    placeholderData: keptFor(of),
  });

export const uncachedNodes = (of: Workflow, days: number) =>
  queryOptions({
    queryKey: ["cache", "potential", of, days],
    queryFn: ({ signal }) => get(`${base}/potential`, { path: of, query: { days }, signal }),
    placeholderData: keptFor(of),
  });

/** What an invalidation would take out now. It is asked anew each time: entries come and go. */
export const invalidationPreview = (of: Workflow, which: Criteria) =>
  queryOptions({
    queryKey: ["cache", "preview", of, which],
    queryFn: ({ signal }) => get(`${base}/invalidate`, { path: of, query: { ...which }, signal }),
    staleTime: 0,
    gcTime: 0,
  });

export const cleanupPreview = (of: Workflow) =>
  queryOptions({
    queryKey: ["cache", "expired", of],
    queryFn: ({ signal }) => get(`${base}/cleanup`, { path: of, signal }),
    staleTime: 0,
  });

export const keyExplanation = (of: Workflow, cache_key: string) =>
  queryOptions({
    queryKey: ["cache", "entry", of, cache_key],
    queryFn: ({ signal }) => get(`${base}/entries/{cache_key}`, { path: { ...of, cache_key }, signal }),
    staleTime: 0,
  });

/** Takes entries out; everything about the cache is asked anew afterwards. */
export function useInvalidation(of: Workflow) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (which: Criteria) =>
      post(`${base}/invalidate`, { path: of, body: { everything: false, ...which } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["cache"] }),
  });
}

export function useCleanup(of: Workflow) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => post(`${base}/cleanup`, { path: of }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["cache"] }),
  });
}
