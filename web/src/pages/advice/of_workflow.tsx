/** What to change in one workflow, and a way to have it looked for now. */
import { useState } from "react";

import { useWorkflow } from "@/ui/use_workflow";
import { WorkflowFrame } from "@/ui/workflow_frame";

import { AnalyseButton, AnalyseFailed } from "./analyse";
import { Board } from "./board";
import { useAnalysis } from "./use_actions";

export default function AdviceOfWorkflow() {
  const of = useWorkflow();
  const [said, say] = useState("");
  const analysis = useAnalysis(of, say);
  return (
    <WorkflowFrame of={of} actions={<AnalyseButton analysis={analysis} />}>
      <AnalyseFailed analysis={analysis} />
      <Board of={of} analysis={analysis} said={said} say={say} />
    </WorkflowFrame>
  );
}
