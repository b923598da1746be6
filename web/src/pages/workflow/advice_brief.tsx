/** The advice that stands, in short: the first three, each a way to all of it. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import type { Workflow } from "@/api/queries";
import { standingAdvice } from "@/api/workflow";
import { strings } from "@/strings";
import { Severity } from "@/ui/marks";
import { Panel } from "@/ui/panel";
import { Loading } from "@/ui/states";

import classes from "./advice_brief.module.css";

const words = strings.workflow.advice;
const MOST = 3;

export function AdviceBrief({ of }: { of: Workflow }) {
  const { data, isError } = useQuery(standingAdvice(of));
  if (isError && !data) return null;
  if (!data)
    return (
      <Panel title={words.title} hint={words.hint}>
        <Loading height={24} />
      </Panel>
    );
  const params = { app: of.app_id, workflow: of.workflow_id };
  return (
    <Panel
      title={words.title}
      hint={data.items.length > 0 ? words.hint : undefined}
      actions={
        data.items.length > MOST && (
          <Link to="/w/$app/$workflow/advice" params={params}>
            {words.all(data.items.length)}
          </Link>
        )
      }
      flush
    >
      {data.items.length === 0 ? (
        <p className={classes.none}>{words.none}</p>
      ) : (
        <ul className={classes.list} aria-label={words.label}>
          {data.items.slice(0, MOST).map((advice) => (
            <li key={advice.id}>
              <Severity value={advice.severity} />
              <Link to="/w/$app/$workflow/advice" params={params} search={{ id: advice.id }}>
                {advice.title}
              </Link>
              {advice.estimated_improvement !== null && (
                <span className={classes.worth}>{advice.estimated_improvement}</span>
              )}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
