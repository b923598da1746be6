/** Why an action did not work, in its place. */
import { ProblemError } from "@/api/client";
import { strings } from "@/strings";

import classes from "./forms.module.css";

export function ActionFailed({ error }: { error: Error | null }) {
  if (error === null) return null;
  const told = error instanceof ProblemError ? error : null;
  return (
    <div role="alert" className={classes.failed}>
      <strong>{told?.title ?? strings.advice.actions.failed}</strong>
      {told?.detail !== null && <p>{told?.detail ?? error.message}</p>}
    </div>
  );
}
