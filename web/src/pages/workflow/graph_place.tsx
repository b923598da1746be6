/** Where the graph of the workflow stands: loaded after the figures, since it is large and further down. */
import { Suspense, lazy } from "react";

import type { Workflow } from "@/api/queries";
import { strings } from "@/strings";
import { Panel } from "@/ui/panel";
import { Loading } from "@/ui/states";

const WorkflowGraph = lazy(async () => ({ default: (await import("./graph")).WorkflowGraph }));

export function GraphPlace({ of, days }: { of: Workflow; days: number }) {
  return (
    <Panel title={strings.workflow.graph.title} hint={strings.graph.hint} flush>
      <Suspense fallback={<Loading height={360} />}>
        <WorkflowGraph of={of} days={days} />
      </Suspense>
    </Panel>
  );
}
