/** The advice that is about one node: each a way to all of it. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import type { Workflow } from "@/api/queries";
import { standingAdvice } from "@/api/workflow";
import { strings } from "@/strings";

import classes from "./node_drawer.module.css";

const words = strings.workflow.node;

export function NodeAdvice({ of, nodeId }: { of: Workflow; nodeId: string }) {
  const { data } = useQuery(standingAdvice(of));
  const about = (data?.items ?? []).filter((each) => each.affected_nodes.includes(nodeId));
  if (about.length === 0) return null;
  return (
    <section aria-label={words.advice}>
      <h3>{words.advice}</h3>
      <ul className={classes.advice}>
        {about.map((advice) => (
          <li key={advice.id}>
            <Link
              to="/w/$app/$workflow/advice"
              params={{ app: of.app_id, workflow: of.workflow_id }}
              search={{ id: advice.id }}
            >
              {advice.title}
            </Link>
            {advice.estimated_improvement !== null && (
              <span className={classes.worth}>{advice.estimated_improvement}</span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
