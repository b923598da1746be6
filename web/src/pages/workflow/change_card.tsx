/** A change of level explained: what changed, since when, by how much and how sure, and what was behind it. */
import { Link } from "@tanstack/react-router";

import type { Cause, Degradation } from "@/api/answers";
import { percent } from "@/logic/format";
import {
  besideBefore,
  bounds,
  causeFigures,
  evidenceRuns,
  extent,
  level,
  runsSince,
} from "@/logic/level_change";
import { instant, moment } from "@/logic/time";
import { strings } from "@/strings";

import classes from "./change.module.css";

const words = strings.workflow.changes;
const MOST_CAUSES = 4;
const MOST_RUNS = 3;

/** `▲ Median run time +22 %`, in the colour of better or worse, with the word for who sees none. */
export function ChangeTitle({ event }: { event: Degradation }) {
  return (
    <span className={classes.title}>
      <span className={event.is_improvement ? classes.good : classes.bad}>
        <span aria-hidden="true">{event.ratio > 1 ? "▲" : "▼"} </span>
        {words.metric[event.metric]} {extent(event)}
      </span>
      <span className="lp-hidden">, {event.is_improvement ? words.better : words.worse}</span>{" "}
      <span className={classes.when} title={instant(event.started_at)}>
        {words.since(moment(event.started_at))}
        {event.closed_at !== null && ` ${words.until(moment(event.closed_at))}`}
      </span>
    </span>
  );
}

/** What was behind it and how much of it; with the cause's own figures where there is room. */
export function CauseWords({
  event,
  cause,
  isBrief = false,
}: {
  event: Degradation;
  cause: Cause;
  isBrief?: boolean;
}) {
  const figures = isBrief ? "" : causeFigures(event, cause);
  return (
    <>
      {words.kind[cause.kind]} <strong className={classes.name}>{cause.name}</strong>
      {cause.share !== null && <> {words.explains(percent(cause.share))}</>}
      {figures !== "" && <span className="lp-dim"> ({figures})</span>}
    </>
  );
}

/** `isBrief` where it stands below another: the likeliest cause only, without the runs that show it. */
export function ChangeCard({ event, isBrief = false }: { event: Degradation; isBrief?: boolean }) {
  const of = { app: event.app_id, workflow: event.workflow_id };
  const shown = isBrief ? [] : evidenceRuns(event, MOST_RUNS);
  return (
    <article className={classes.card} aria-label={words.metric[event.metric]}>
      <ChangeTitle event={event} />
      <p className="lp-num">
        {words.figures(level(event, event.before), level(event, event.after))}
        <span className="lp-dim"> · {words.bounds(bounds(event))}</span>
      </p>
      {event.workflow_version !== null && <p>{words.byVersion(event.workflow_version)}</p>}
      {event.causes.length === 0 ? (
        <p className="lp-dim">{words.noCause}</p>
      ) : (
        <>
          {!isBrief && <h3>{words.causes}</h3>}
          <ol>
            {event.causes.slice(0, isBrief ? 1 : MOST_CAUSES).map((cause) => (
              <li key={`${cause.kind} ${cause.name}`}>
                <CauseWords event={event} cause={cause} />
              </li>
            ))}
          </ol>
        </>
      )}
      {shown.length > 0 && (
        <p className={classes.runs}>
          {words.evidence}:{" "}
          {shown.map((run) => (
            <Link key={run} to="/runs/$run" params={{ run }} className="lp-mono">
              {run}
            </Link>
          ))}
        </p>
      )}
      <p className={classes.ways}>
        <Link to="/w/$app/$workflow/runs" params={of} search={runsSince(event)}>
          {words.runsSince}
        </Link>
        {!isBrief && (
          <Link to="/w/$app/$workflow/trends" params={of} search={besideBefore(event)}>
            {words.compare}
          </Link>
        )}
      </p>
    </article>
  );
}
