/** The steps that advice is about, as they ran: what they are called, and how long they take. */
import { useQuery } from "@tanstack/react-query";

import type { RatedRecommendation } from "@/api/answers";
import { breakdown } from "@/api/queries";
import { scheduleSketch } from "@/logic/advice_schedule";
import type { Sketch } from "@/logic/advice_sketch";
import { useDays } from "@/ui/period";

export interface Step {
  id: string;
  title: string;
  /** The median of its executions; null where it did not run in these days. */
  seconds: number | null;
}

export function useSteps(of: RatedRecommendation): Step[] {
  const days = useDays();
  const asked = useQuery({
    ...breakdown({ app_id: of.app_id, workflow_id: of.workflow_id }, days),
    enabled: of.affected_nodes.length > 0,
  });
  const known = new Map(
    (asked.data?.items ?? []).flatMap((type) => type.nodes.map((node) => [node.node_id, node] as const)),
  );
  return of.affected_nodes.map((id) => {
    const node = known.get(id);
    return { id, title: node?.node_title ?? id, seconds: node?.execution_time.p50 ?? null };
  });
}

/** Branches one after the other and side by side, where that is what the advice is about. */
export function useSchedule(of: RatedRecommendation): Sketch | null {
  const steps = useSteps(of);
  const timed = steps.flatMap((step) =>
    step.seconds === null ? [] : [{ id: step.id, name: step.title, seconds: step.seconds }],
  );
  return timed.length === of.affected_nodes.length ? scheduleSketch(of.rule, timed, of.estimate) : null;
}
