/** What one row did over the run's time: its wait, its bar with the attempts in it, and what of it is on the path. */
import { Fragment, type CSSProperties } from "react";

import { duration } from "@/logic/format";
import { areaPath, density } from "@/logic/run_density";
import type { DrawnNode } from "@/logic/run_model";
import type { Stretch } from "@/logic/run_path";
import { boundsOf } from "@/logic/run_rows";
import type { View } from "@/logic/run_scale";
import { stretchesInside } from "@/logic/run_path";
import { strings } from "@/strings";

import classes from "./lane.module.css";
import type { RowProps } from "./row";
import { placeOf } from "./ruler";

const words = strings.run.waterfall;
const BUCKETS = 120;
const LABEL_PX = 62;

export function Lane(props: RowProps & { name: string }) {
  const { row, model, path, view, width, ghost, name } = props;
  const node = row.kind === "node" ? model.nodes[row.place] : undefined;
  const bounds = boundsOf(model, row);
  const now = model.length;
  if (!bounds) return <div className={classes.lane} data-lane />;
  const [start, end] = [bounds[0], bounds[1] ?? now];
  const holds = row.inside.length > 0;
  const lit =
    holds && !row.isOpen
      ? stretchesInside(model, path, row.kind === "node" ? row.place : null, row.inside)
      : node
        ? (path.byPlace.get(node.place) ?? [])
        : [];
  const tried = node !== undefined && node.attempts.length > 1;
  const moved = node && ghost ? ghost.at(node.id) : null;
  const kind = node?.isCached ? "cached" : (node?.status ?? (row.kind === "turn" ? "turn" : "running"));
  return (
    <div className={classes.lane} data-lane data-moved={moved !== null || undefined} aria-hidden="true">
      {node?.ready !== null && node !== undefined && node.start !== null && node.ready < node.start && (
        <span
          className={classes.wait}
          title={words.waits.ready?.(duration(node.start - node.ready))}
          style={span(node.ready, node.start, view)}
        />
      )}
      <span
        className={classes.bar}
        data-kind={kind}
        data-open={(holds && row.isOpen) || undefined}
        data-tried={tried || undefined}
        title={words.bar(name, duration(bounds[1] === null ? null : end - start), duration(start))}
        style={span(start, end, view)}
      >
        {holds && !row.isOpen && <Density {...props} bounds={[start, end]} />}
      </span>
      {node && tried && <Attempts node={node} view={view} failed={false} isLit={false} />}
      {lit.map((each) => (
        <Lit key={`${each.start}`} stretch={each} view={view} isOpen={holds && row.isOpen} />
      ))}
      {node && tried && <Attempts node={node} view={view} failed isLit={lit.length > 0} />}
      {node?.firstToken !== null && node !== undefined && node.firstToken <= end && (
        <span
          className={classes.token}
          title={words.firstToken(duration(node.firstToken - start))}
          style={{ left: `${placeOf(node.firstToken, view)}%` }}
        />
      )}
      {moved && <span className={classes.ghost} style={span(moved[0], moved[1], view)} />}
      <Took
        seconds={bounds[1] === null ? null : end - start}
        start={start}
        end={end}
        view={view}
        width={width}
      />
    </div>
  );
}

/** From one moment to another; what is far outside of what is in sight is cut, as browsers cannot draw it. */
function span(from: number, to: number, view: View): CSSProperties {
  const left = Math.max(-5, placeOf(from, view));
  const right = Math.min(105, placeOf(to, view));
  return right < left ? { display: "none" } : { left: `${left}%`, width: `${right - left}%` };
}

function Lit({ stretch, view, isOpen }: { stretch: Stretch; view: View; isOpen: boolean }) {
  const isWork = stretch.kind === "work";
  const told = duration(stretch.end - stretch.start);
  return (
    <span
      className={isWork ? classes.critical : classes.held}
      data-open={isOpen || undefined}
      title={isWork ? words.barCritical(told) : words.waits[stretch.kind]?.(told)}
      style={span(stretch.start, stretch.end, view)}
    />
  );
}

/** Below what is lit the attempts that went well and the pauses, above it those that failed. */
function Attempts({
  node,
  view,
  failed,
  isLit,
}: {
  node: DrawnNode;
  view: View;
  failed: boolean;
  isLit: boolean;
}) {
  return node.attempts.map((attempt, index) => {
    const before = node.attempts[index - 1];
    return (
      <Fragment key={attempt.number}>
        {!failed && before && before.end < attempt.start && (
          <span
            className={classes.pause}
            title={words.waits.retry_delay?.(duration(attempt.start - before.end))}
            style={span(before.end, attempt.start, view)}
          />
        )}
        {attempt.failed === failed && (
          <span
            className={classes.attempt}
            data-failed={failed || undefined}
            data-lit={isLit || undefined}
            title={words.attempt(attempt.number, failed, duration(attempt.end - attempt.start))}
            style={span(attempt.start, attempt.end, view)}
          />
        )}
      </Fragment>
    );
  });
}

const areas = new WeakMap<readonly number[], string>();

function Density({ row, model, bounds }: RowProps & { bounds: readonly [number, number] }) {
  let area = areas.get(row.inside);
  if (area === undefined) {
    area = areaPath(density(model, row.inside, bounds, BUCKETS));
    areas.set(row.inside, area);
  }
  return (
    <svg className={classes.density} viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
      <path d={area} />
    </svg>
  );
}

interface TookProps {
  seconds: number | null;
  start: number;
  end: number;
  view: View;
  width: number;
}

/** How long it took: behind the bar where there is room, else before it, else in it. */
function Took({ seconds, start, end, view, width }: TookProps) {
  const [left, right] = [placeOf(start, view), placeOf(end, view)];
  if (right < 0 || left > 100)
    return (
      <span className={classes.took} data-side="away" style={right < 0 ? { left: 0 } : { right: 0 }}>
        {right < 0 ? "◂" : "▸"}
      </span>
    );
  const room = width === 0 ? 10 : (LABEL_PX / width) * 100;
  const text = seconds === null ? words.running : duration(seconds);
  if (right + room <= 100)
    return (
      <span className={classes.took} style={{ left: `${right}%` }}>
        {text}
      </span>
    );
  if (left - room >= 0)
    return (
      <span className={classes.took} data-side="before" style={{ right: `${100 - left}%` }}>
        {text}
      </span>
    );
  return (
    <span className={classes.took} data-side="inside" style={{ right: `${Math.max(0, 100 - right)}%` }}>
      {text}
    </span>
  );
}
