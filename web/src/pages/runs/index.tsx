/** The runs of a workflow, the newest first: which were slow, which failed, whose they were. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Button } from "@mantine/core";
import { useSearch } from "@tanstack/react-router";

import { summary, type Workflow } from "@/api/queries";
import { runs } from "@/api/runs";
import { duration } from "@/logic/format";
import { strings } from "@/strings";
import { Panel } from "@/ui/panel";
import { useDays } from "@/ui/period";
import { Empty, Failed, Loading } from "@/ui/states";
import { useWorkflow } from "@/ui/use_workflow";
import { WorkflowFrame } from "@/ui/workflow_frame";

import { Filters } from "./filters";
import { RunList } from "./run_list";
import classes from "./runs.module.css";
import { search } from "./search";

const words = strings.workflow.runs;

export default function Runs() {
  const of = useWorkflow();
  return (
    <WorkflowFrame of={of}>
      <Listed of={of} />
    </WorkflowFrame>
  );
}

function Listed({ of }: { of: Workflow }) {
  const days = useDays();
  const asked = search(useSearch({ strict: false }));
  const query = useInfiniteQuery(runs(of, asked, days));
  const p95 = useQuery(summary(of, days)).data?.execution_time.p95 ?? null;
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  const isNarrowed = Object.keys(asked).length > 0;
  return (
    <Panel title={words.title} hint={words.durationHint(duration(p95))} flush>
      <Filters key={JSON.stringify(asked)} asked={asked} />
      {query.isPending ? (
        <Loading height={480} />
      ) : query.isError && items.length === 0 ? (
        <Failed error={query.error} retry={() => void query.refetch()} />
      ) : items.length === 0 ? (
        <Empty title={isNarrowed ? words.noneSo : words.none}>
          <p>{isNarrowed ? words.noneSoText : words.noneText}</p>
        </Empty>
      ) : (
        <>
          <RunList items={items} p95={p95} />
          <footer className={classes.foot}>
            <span role="status">{words.shown(items.length, query.hasNextPage)}</span>
            {query.hasNextPage && (
              <Button
                size="xs"
                variant="default"
                loading={query.isFetchingNextPage}
                onClick={() => void query.fetchNextPage()}
              >
                {strings.common.more}
              </Button>
            )}
          </footer>
        </>
      )}
    </Panel>
  );
}
