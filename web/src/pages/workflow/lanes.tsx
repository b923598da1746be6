/** Above a chart, at their instants: versions by name, and flags where a level changed, explained on hover and focus. */
import { Popover, Tooltip } from "@mantine/core";
import { useRef, useState, type FocusEvent, type KeyboardEvent } from "react";

import type { Degradation, WorkflowVersions } from "@/api/answers";
import { count } from "@/logic/format";
import { grouped, placed } from "@/logic/lane";
import { extent, seenIn } from "@/logic/level_change";
import { moment } from "@/logic/time";
import { strings } from "@/strings";

import { ChangeCard } from "./change_card";
import classes from "./lanes.module.css";

const words = strings.workflow;
const FLAG = 22;

interface LanesProps {
  from: number;
  until: number;
  left: number;
  width: number;
  events: readonly Degradation[];
  versions: WorkflowVersions["items"];
  metric: string;
}

export function Lanes({ from, until, left, width, events, versions, metric }: LanesProps) {
  const named = placed(
    versions.map((each) => ({ at: Date.parse(each.first_run_at), what: each })),
    from,
    until,
    width,
  );
  const flags = grouped(
    placed(
      events.map((each) => ({ at: Date.parse(each.started_at), what: each })),
      from,
      until,
      width,
    ),
    FLAG,
  );
  if (width === 0 || (named.length === 0 && flags.length === 0)) return null;
  return (
    <div className={classes.lanes} style={{ marginLeft: left, width }}>
      {named.length > 0 && (
        <ul className={classes.lane} aria-label={words.trend.versions}>
          {named.map(({ x, room, what }) => (
            <li key={what.version ?? ""} style={{ left: x, maxWidth: room || 10 }}>
              <VersionMark version={what} isNamed={room > 0} />
            </li>
          ))}
        </ul>
      )}
      {flags.length > 0 && (
        <ul className={classes.lane} aria-label={words.changes.label}>
          {flags.map(({ x, what }) => (
            <li key={what[0]?.id} style={{ left: x - FLAG / 2 }}>
              <Flag events={what} metric={metric} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function VersionMark({ version, isNamed }: { version: WorkflowVersions["items"][number]; isNamed: boolean }) {
  const name = version.version ?? words.trend.nameless;
  const told = words.trend.came(moment(version.first_run_at), count(version.run_count));
  return (
    <Tooltip
      label={`${words.trend.version(name)}: ${told}`}
      multiline
      maw={320}
      events={{ hover: true, focus: true, touch: true }}
    >
      <button type="button" className={classes.version} aria-label={`${words.trend.version(name)}: ${told}`}>
        {isNamed ? name : ""}
      </button>
    </Tooltip>
  );
}

/** One flag for changes at one place; pale where they are of another metric than the chart shows. */
function Flag({ events, metric }: { events: Degradation[]; metric: string }) {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const wasClosed = useRef(false); // the focus that comes back then opens nothing
  const [first] = events;
  if (!first) return null;
  const sorted = events.toSorted(
    (one, other) => Number(seenIn(other) === metric) - Number(seenIn(one) === metric),
  );
  const better = events.every((each) => each.is_improvement);
  const isHere = events.some((each) => seenIn(each) === metric);
  const name =
    events.length > 1
      ? words.changes.several(events.length)
      : `${words.changes.metric[first.metric]} ${extent(first)} ${words.changes.since(moment(first.started_at))}`;
  const close = () => {
    setOpen(false);
  };
  const escape = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !isOpen) return;
    wasClosed.current = document.activeElement !== button.current;
    button.current?.focus();
    close();
  };
  const leave = (event: FocusEvent) => {
    if (!event.currentTarget.contains(event.relatedTarget)) close();
  };
  return (
    <div
      onMouseEnter={() => {
        setOpen(true);
      }}
      onMouseLeave={close}
      onFocus={() => {
        setOpen(!wasClosed.current);
        wasClosed.current = false;
      }}
      onBlur={leave}
    >
      <Popover
        opened={isOpen}
        onChange={setOpen}
        withinPortal={false}
        withArrow
        position="bottom"
        width="min(400px, 88vw)"
        trapFocus={false}
        returnFocus={false}
      >
        <Popover.Target>
          <button
            ref={button}
            type="button"
            onKeyDown={escape}
            className={classes.flag}
            data-better={better || undefined}
            data-here={isHere || undefined}
            aria-label={name}
          >
            <span aria-hidden="true">{events.length > 1 ? events.length : first.ratio > 1 ? "▲" : "▼"}</span>
          </button>
        </Popover.Target>
        <Popover.Dropdown aria-label={name} onKeyDown={escape}>
          {sorted.map((each, place) => (
            <ChangeCard key={each.id} event={each} isBrief={place > 0} />
          ))}
        </Popover.Dropdown>
      </Popover>
    </div>
  );
}
