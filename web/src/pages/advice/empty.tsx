/** Where nothing is listed: why, and what to do about it. */
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import type { AdviceList } from "@/api/answers";
import { summary, type Workflow } from "@/api/queries";
import { ago, instant } from "@/logic/time";
import { strings } from "@/strings";
import { useDays } from "@/ui/period";
import { Empty } from "@/ui/states";

import { AnalyseButton } from "./analyse";
import type { Status } from "./search";
import type { Analysis } from "./use_actions";
import { useFiltered } from "./use_filtered";

const words = strings.advice.empty;

interface NothingProps {
  of: Workflow | null;
  page: AdviceList;
  status: Status;
  analysis?: Analysis;
}

export function NothingListed({ of, page, status, analysis }: NothingProps) {
  const filtered = useFiltered();
  if (filtered.is)
    return (
      <Empty title={words.filtered}>
        <Button size="xs" variant="default" onClick={filtered.clear}>
          {strings.advice.filters.clear}
        </Button>
      </Empty>
    );
  if (status !== "active")
    return (
      <Empty title={words[status]}>
        <p>{words[`${status}Text`]}</p>
      </Empty>
    );
  if (of && analysis && page.analysed_at === null && total(page) === 0)
    return (
      <Empty title={words.never}>
        <p>{words.neverText}</p>
        <AnalyseButton analysis={analysis} />
      </Empty>
    );
  if (of && page.analysed_at !== null) return <Healthy of={of} at={page.analysed_at} />;
  if (total(page) > 0)
    return (
      <Empty title={words.allSettled}>
        <p>{words.allSettledText}</p>
      </Empty>
    );
  return (
    <Empty title={words.none}>
      <p>{words.noneText}</p>
      <Link to="/">{words.overview}</Link>
    </Empty>
  );
}

function total({ counts }: AdviceList): number {
  return counts.active + counts.dismissed + counts.implemented + counts.obsolete;
}

const FEW_RUNS = 20;

/** It was looked at, and nothing stands. */
function Healthy({ of, at }: { of: Workflow; at: string }) {
  const days = useDays();
  const { data } = useQuery(summary(of, days));
  return (
    <Empty title={words.healthy}>
      <p>
        <span title={instant(at)}>{words.healthyText(ago(at))}</span>{" "}
        {data && words.healthyRuns(data.run_count, days)} {data && data.run_count < FEW_RUNS && words.fewRuns}
      </p>
    </Empty>
  );
}
