/** Levels that changed: when, by how much, what was behind it, which runs show it, and a way to compare. */
import { Collapse, UnstyledButton } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";

import type { Cause, Degradation } from "@/api/answers";
import type { Workflow } from "@/api/queries";
import { degradations } from "@/api/workflow";
import { aroundChange } from "@/logic/compare_sides";
import { percent } from "@/logic/format";
import { bounds, causeFigures, evidenceRuns, extent, level } from "@/logic/level_change";
import { instant, moment } from "@/logic/time";
import { strings } from "@/strings";
import { ShareBar, Tag } from "@/ui/marks";
import { Panel } from "@/ui/panel";
import { Empty, Shown } from "@/ui/states";

import { useAsk, useAsked } from "./address";
import classes from "./changes.module.css";
import { useNow } from "./now";

const words = strings.trends.changes;
const MOST_RUNS = 6;

export function Changes({ of }: { of: Workflow }) {
  const query = useQuery(degradations(of));
  return (
    <Panel title={words.title} hint={words.hint} flush>
      <Shown query={query} height={90}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={words.none}>
              <p>{words.noneText}</p>
            </Empty>
          ) : (
            <ul className={classes.list}>
              {items.map((event) => (
                <li key={event.id}>
                  <Change of={of} event={event} />
                </li>
              ))}
            </ul>
          )
        }
      </Shown>
    </Panel>
  );
}

function Change({ of, event }: { of: Workflow; event: Degradation }) {
  const { event: opened } = useAsked();
  const ask = useAsk();
  const isOpen = opened === event.id;
  const first = event.causes[0];
  return (
    <>
      <UnstyledButton
        className={classes.head}
        aria-expanded={isOpen}
        onClick={() => {
          ask({ event: isOpen ? undefined : event.id });
        }}
      >
        <IconChevronRight
          size={15}
          className={classes.arrow}
          data-open={isOpen || undefined}
          aria-hidden="true"
        />
        <span className={classes.what}>
          <span className={event.is_improvement ? classes.good : classes.bad}>
            <span aria-hidden="true">{event.is_improvement ? "▼" : "▲"} </span>
            {words.metric[event.metric]} {extent(event)}
            <span className="lp-hidden"> {event.is_improvement ? words.better : words.worse}</span>
          </span>
          <span className="lp-num">
            {level(event, event.before)} → {level(event, event.after)}
          </span>
          {event.workflow_version !== null && (
            <Tag title={event.workflow_version}>{event.workflow_version}</Tag>
          )}
        </span>
        <span className={`lp-clip ${classes.cause ?? ""}`} title={first?.name}>
          {first && (
            <>
              {words.kinds[first.kind]} <b>{first.name}</b>
            </>
          )}
        </span>
        <span className={classes.when}>
          <Tag>{words.state[event.state]}</Tag>
          <span className="lp-num" title={instant(event.started_at)}>
            {words.since} {moment(event.started_at)}
          </span>
        </span>
      </UnstyledButton>
      <Collapse expanded={isOpen}>{isOpen && <Evidence of={of} event={event} />}</Collapse>
    </>
  );
}

function Evidence({ of, event }: { of: Workflow; event: Degradation }) {
  const now = useNow();
  const params = { app: of.app_id, workflow: of.workflow_id };
  const runs = evidenceRuns(event, MOST_RUNS);
  return (
    <div className={classes.evidence}>
      <p>
        {words.in95(bounds(event))}; {words.found[event.method]}
        {event.closed_at !== null && <>; {words.until(moment(event.closed_at))}</>}.
      </p>
      <h3>{words.causes}</h3>
      {event.causes.length === 0 ? (
        <p className="lp-dim">{words.noCauses}</p>
      ) : (
        <ol className={classes.causes}>
          {event.causes.map((cause) => (
            <Behind key={`${cause.kind} ${cause.name}`} event={event} cause={cause} />
          ))}
        </ol>
      )}
      <div className={classes.ways}>
        <Link
          to="/w/$app/$workflow/trends"
          params={params}
          search={(old) => ({ days: old.days, view: "compare", ...aroundChange(event, now) }) as never}
          className={classes.compare}
        >
          {words.compare}
        </Link>
        {runs.length > 0 && (
          <span className={classes.runs}>
            {words.runs}:
            {runs.map((run) => (
              <Link key={run} to="/runs/$run" params={{ run }} className="lp-mono lp-clip" title={run}>
                {run}
              </Link>
            ))}
          </span>
        )}
      </div>
    </div>
  );
}

function Behind({ event, cause }: { event: Degradation; cause: Cause }) {
  return (
    <li>
      <span className={classes.kind}>{words.kinds[cause.kind]}</span>
      <span className={`lp-clip ${classes.causeName ?? ""}`} title={cause.name}>
        {cause.name}
      </span>
      <span className="lp-dim lp-num">{causeFigures(event, cause)}</span>
      <span
        className={classes.share}
        title={cause.share === null ? undefined : words.explains(percent(cause.share))}
      >
        {cause.share !== null && <ShareBar ratio={cause.share} />}
      </span>
    </li>
  );
}
