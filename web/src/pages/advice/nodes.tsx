/** The steps concerned: each opens beside the workflow's graph. */
import { Link } from "@tanstack/react-router";

import type { RatedRecommendation } from "@/api/answers";
import { strings } from "@/strings";

import classes from "./detail.module.css";
import { Part } from "./part";
import { useSteps } from "./use_steps";

export function Nodes({ one }: { one: RatedRecommendation }) {
  const steps = useSteps(one);
  if (steps.length === 0) return null;
  return (
    <Part title={strings.advice.nodes}>
      <ul className={classes.nodes}>
        {steps.map((step) => (
          <li key={step.id}>
            <Link
              to="/w/$app/$workflow"
              params={{ app: one.app_id, workflow: one.workflow_id }}
              search={{ node: step.id } as never}
              title={step.id}
            >
              {step.title || step.id}
            </Link>
          </li>
        ))}
      </ul>
    </Part>
  );
}
