/** What can be done about advice, and what is asked anew after it. */
import { useMutation, useQueryClient, type UseMutationResult } from "@tanstack/react-query";

import { analyse, dismiss, implement, type Meant } from "@/api/advice";
import type { RatedRecommendation, Recommendation } from "@/api/answers";
import type { Workflow } from "@/api/queries";
import { strings } from "@/strings";
import { useDays } from "@/ui/period";

const words = strings.advice.said;

export interface Analysis {
  run: () => void;
  isRunning: boolean;
  error: Error | null;
  days: number;
}

/** Has the workflow analysed; `say` is told what it came to. */
export function useAnalysis(of: Workflow, say: (words: string) => void): Analysis {
  const days = useDays();
  const client = useQueryClient();
  const mutation = useMutation({
    mutationFn: () => analyse(of, days),
    onMutate: () => {
      say("");
    },
    onSuccess: async (found) => {
      await client.invalidateQueries({ queryKey: ["recommendations"] });
      say(words.analysed(found.items.length));
    },
  });
  return {
    run: () => {
      mutation.mutate();
    },
    isRunning: mutation.isPending,
    error: mutation.error,
    days,
  };
}

export interface Done {
  at: string | null;
  note: string | null;
}

type Acted<V> = UseMutationResult<Recommendation, Error, V>;

/** Takes it out of the list; `then` is called when lists and figures are the new ones. */
export function useDismissal(of: RatedRecommendation, then: () => void): Acted<string | null> {
  const renew = useRenewal();
  return useMutation({
    mutationFn: (reason: string | null) => dismiss(meant(of), reason),
    onSuccess: async () => {
      then();
      await renew();
    },
  });
}

/** Says that it was followed. */
export function useImplementation(of: RatedRecommendation, then: () => void): Acted<Done> {
  const renew = useRenewal();
  return useMutation({
    mutationFn: ({ at, note }: Done) => implement(meant(of), at, note),
    onSuccess: async () => {
      await renew();
      then();
    },
  });
}

/** Whatever is made of recommendations is asked anew. */
function useRenewal(): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    await Promise.all([
      client.invalidateQueries({ queryKey: ["recommendations"] }),
      client.invalidateQueries({ queryKey: ["overview"] }),
    ]);
  };
}

function meant({ app_id, workflow_id, id }: RatedRecommendation): Meant {
  return { app_id, workflow_id, id };
}
