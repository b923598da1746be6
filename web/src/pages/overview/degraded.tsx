/** What got worse and still is: each event leads to its workflow, and to the node to blame where one is known. */
import { IconCircleCheck } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";

import type { OverviewCause, Worsened } from "@/api/answers";
import { change, duration, money, percent } from "@/logic/format";
import { day, instant } from "@/logic/time";
import { strings } from "@/strings";
import { Panel } from "@/ui/panel";
import { Empty } from "@/ui/states";

import classes from "./lists.module.css";

const words = strings.overview.degraded;

interface DegradedProps {
  events: readonly Worsened[];
  count: number;
}

export function Degraded({ events, count }: DegradedProps) {
  return (
    <Panel title={words.title} hint={words.hint} flush>
      {events.length === 0 ? (
        <Empty title={words.none} picture={<IconCircleCheck size={28} stroke={1.5} aria-hidden="true" />}>
          {words.noneText}
        </Empty>
      ) : (
        <ul className={classes.list}>
          {events.map((event) => (
            <Event key={event.id} event={event} />
          ))}
        </ul>
      )}
      {count > events.length && <p className={classes.more}>{words.more(count - events.length)}</p>}
    </Panel>
  );
}

function Event({ event }: { event: Worsened }) {
  const node = event.causes.find((each) => each.kind === "node");
  const params = { app: event.app_id, workflow: event.workflow_id };
  return (
    <li className={classes.item}>
      <div className={classes.main}>
        <Link to="/w/$app/$workflow" params={params} className={classes.title} title={event.workflow_id}>
          {event.workflow_id}
        </Link>
        <p className={classes.text}>
          {words.metric[event.metric] ?? event.metric}{" "}
          <span className="lp-num">
            {words.levels(level(event, event.before), level(event, event.after))}
          </span>{" "}
          <span title={instant(event.started_at)}>{words.since(day(event.started_at))}</span>
        </p>
        {event.causes.length > 0 && (
          <p className={classes.text}>
            <Causes causes={event.causes} />
            {node && (
              <>
                {` ${words.at} `}
                <Link to="/w/$app/$workflow" params={params} search={{ node: node.name }}>
                  {node.name}
                </Link>
              </>
            )}
          </p>
        )}
      </div>
      <span className={classes.bad}>{event.ratio === null ? words.fromNone : change(event.ratio - 1)}</span>
    </li>
  );
}

/** What was behind it, but the node: that has a link of its own. */
function Causes({ causes }: { causes: readonly OverviewCause[] }) {
  const version = causes.find((each) => each.kind === "workflow_version");
  const other = causes.find((each) => each.kind !== "workflow_version" && each.kind !== "node");
  const told = version ? words.version(version.name) : other ? (words.cause[other.kind] ?? other.name) : null;
  return told === null ? null : <>{`${words.with} ${told}`}</>;
}

function level({ metric }: Worsened, value: number): string {
  return metric === "cost" ? money(value) : metric === "error_rate" ? percent(value) : duration(value);
}
