/** What got worse and has not become better since: on top, in a line each, with its likeliest causes. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import type { Degradation } from "@/api/answers";
import type { Workflow } from "@/api/queries";
import { degradations } from "@/api/workflow";
import { level, runsSince } from "@/logic/level_change";
import { strings } from "@/strings";

import classes from "./change.module.css";
import { CauseWords, ChangeTitle } from "./change_card";

const words = strings.workflow.changes;
const MOST = 3;

export function ChangeBanner({ of }: { of: Workflow }) {
  const { data } = useQuery(degradations(of));
  const worse = (data?.items ?? []).filter((each) => each.state === "open" && !each.is_improvement);
  if (worse.length === 0) return null;
  return (
    <section aria-label={words.label}>
      <ul className={classes.banner}>
        {worse.slice(0, MOST).map((event) => (
          <Line key={event.id} event={event} />
        ))}
        {worse.length > MOST && <li className={classes.more}>{words.more(worse.length - MOST)}</li>}
      </ul>
    </section>
  );
}

function Line({ event }: { event: Degradation }) {
  const of = { app: event.app_id, workflow: event.workflow_id };
  const cause = event.causes.find((each) => each.kind === "model") ?? event.causes[0];
  return (
    <li>
      <ChangeTitle event={event} />
      <span className={classes.facts}>
        {words.figures(level(event, event.before), level(event, event.after))}
      </span>
      <span className={classes.why}>
        {cause && (
          <>
            <span className="lp-dim">{words.cause}: </span>
            <CauseWords event={event} cause={cause} isBrief />
          </>
        )}
      </span>
      <Link to="/w/$app/$workflow/runs" params={of} search={runsSince(event)}>
        {words.runsSince}
      </Link>
    </li>
  );
}
