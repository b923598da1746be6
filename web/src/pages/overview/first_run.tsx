/** Says that the first run is there, and leads to it. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import type { OverviewWorkflow } from "@/api/answers";
import { newestRun } from "@/api/overview";
import { strings } from "@/strings";

import classes from "./first.module.css";

const words = strings.overview.first;

export function FirstRun({ of }: { of: OverviewWorkflow }) {
  const { data } = useQuery(newestRun({ app_id: of.app_id, workflow_id: of.workflow_id }));
  const run = data?.items[0];
  return (
    <p role="status" className={classes.arrived}>
      {words.arrived}{" "}
      {run && (
        <Link to="/runs/$run" params={{ run: run.workflow_run_id }}>
          {run.workflow_run_id}
        </Link>
      )}{" "}
      {words.of(of.workflow_name ?? of.workflow_id)}
    </p>
  );
}
