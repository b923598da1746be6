/** Each try of a node, and what the last failure said. */
import type { Node } from "@/api/answers";
import { duration } from "@/logic/format";
import type { DrawnNode } from "@/logic/run_model";
import { strings } from "@/strings";
import { Status } from "@/ui/marks";

import { LongText } from "../run_failure";
import classes from "./node_panel.module.css";

const { parts } = strings.run.node;

export function NodeError({ node }: { node: Node }) {
  if (node.error_type === null && node.error_message === null) return null;
  return (
    <section className={classes.error} aria-label={parts.error}>
      <strong>
        {node.status === "failed" ? "" : `${parts.earlier} `}
        {node.error_type ?? parts.error}
      </strong>
      {node.error_message !== null && <LongText text={node.error_message} />}
    </section>
  );
}

export function NodeAttempts({ node, drawn }: { node: Node; drawn: DrawnNode }) {
  if (node.attempts < 2) return null;
  const timed = new Map(drawn.attempts.map((each) => [each.number, each.end - each.start]));
  return (
    <section className={classes.part}>
      <h3>
        {parts.attempts} <span className="lp-dim">{node.attempts}</span>
      </h3>
      <ol className={classes.attempts}>
        {node.attempt_log.map((each) => (
          <li key={each.number}>
            <Status value={each.status} />
            <span className="lp-num">{duration(timed.get(each.number))}</span>
            {each.error_type !== null && <span className={classes.said}>{each.error_type}</span>}
            {each.error_message !== null && <span className={classes.said}>{each.error_message}</span>}
          </li>
        ))}
      </ol>
    </section>
  );
}
