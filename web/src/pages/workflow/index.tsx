/** One workflow at a glance: how it does, what changed, which node is to blame, what to do about it. */
import { useQuery } from "@tanstack/react-query";

import { summary } from "@/api/queries";
import { degradations } from "@/api/workflow";
import { Loading, Shown } from "@/ui/states";
import { useDays } from "@/ui/period";
import { useWorkflow } from "@/ui/use_workflow";
import { WorkflowFrame } from "@/ui/workflow_frame";

import { AdviceBrief } from "./advice_brief";
import { ChangeBanner } from "./change_banner";
import { GraphPlace } from "./graph_place";
import { NodeDrawer } from "./node_drawer";
import { NodePanel } from "./node_panel";
import { Nothing } from "./nothing";
import { Pole } from "./pole";
import { SummaryFigures } from "./summary_figures";
import { TrendPanel } from "./trend_panel";
import classes from "./workflow.module.css";

export default function WorkflowPage() {
  const of = useWorkflow();
  const days = useDays();
  const figures = useQuery(summary(of, days));
  const changes = useQuery(degradations(of));
  if (figures.data?.run_count === 0)
    return (
      <WorkflowFrame of={of}>
        <Nothing days={days} />
      </WorkflowFrame>
    );
  // What changed stands on top: shown before it is known, all the rest would be pushed down.
  const isReady = !figures.isPending && !changes.isPending;
  return (
    <WorkflowFrame of={of}>
      {isReady ? (
        <>
          <ChangeBanner of={of} />
          <Shown query={figures} height={96}>
            {(found) => <SummaryFigures found={found} />}
          </Shown>
          <div className={classes.columns}>
            <TrendPanel of={of} days={days} />
            <Pole of={of} days={days} />
          </div>
          <AdviceBrief of={of} />
          <GraphPlace of={of} days={days} />
          <NodePanel of={of} days={days} />
        </>
      ) : (
        <>
          <Loading height={96} />
          <Loading height={420} />
        </>
      )}
      <NodeDrawer of={of} days={days} />
    </WorkflowFrame>
  );
}
