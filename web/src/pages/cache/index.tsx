import { useWorkflow } from "@/ui/use_workflow";
import { WorkflowFrame } from "@/ui/workflow_frame";

export default function Cache() {
  const of = useWorkflow();
  return <WorkflowFrame of={of}>{null}</WorkflowFrame>;
}
