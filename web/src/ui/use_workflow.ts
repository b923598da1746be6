import { useParams } from "@tanstack/react-router";
import { useMemo } from "react";

import type { Workflow } from "@/api/queries";

/** The workflow that the address names; the same object as long as it names the same. */
export function useWorkflow(): Workflow {
  const { app, workflow } = useParams({ strict: false });
  if (app === undefined || workflow === undefined) throw new Error("this page belongs to no workflow");
  return useMemo(() => ({ app_id: app, workflow_id: workflow }), [app, workflow]);
}
