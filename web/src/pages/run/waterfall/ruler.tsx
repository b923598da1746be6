/** The moments above the rows, and the run's end: as it was, and as it would be. */
import type { Ref } from "react";

import { change, duration } from "@/logic/format";
import type { RunModel } from "@/logic/run_model";
import type { Tick, View } from "@/logic/run_scale";
import { strings } from "@/strings";

import type { Ghost } from "../node/use_run_what_if";
import classes from "./grid.module.css";

const words = strings.run.waterfall;

interface EndsProps {
  view: View;
  model: RunModel;
  ghost: Ghost | null;
}

interface RulerProps extends EndsProps {
  lane: Ref<HTMLDivElement>;
  marks: readonly Tick[];
}

export function Ruler({ lane, marks, view, model, ghost }: RulerProps) {
  const at = ghost ? placeOf(ghost.end, view) : null;
  return (
    <div className={classes.ruler} aria-hidden="true">
      <div className={classes.lane} ref={lane}>
        {marks.map((mark) => (
          <span
            key={mark.at}
            className={classes.tick}
            data-last={placeOf(mark.at, view) > 95 || undefined}
            style={{ left: `${placeOf(mark.at, view)}%` }}
          >
            {mark.label}
          </span>
        ))}
        {ghost && at !== null && at >= 0 && at <= 100 && (
          <span className={classes.flag} data-side={at > 50 ? "left" : "right"} style={{ left: `${at}%` }}>
            {duration(ghost.end)} <b>{change(model.length ? ghost.end / model.length - 1 : null)}</b>
          </span>
        )}
      </div>
    </div>
  );
}

export function Ends({ view, model, ghost }: EndsProps) {
  return (
    <>
      <span className={classes.end} title={words.end} style={{ left: `${placeOf(model.length, view)}%` }} />
      {ghost && (
        <span
          className={classes.predicted}
          title={words.predicted}
          style={{ left: `${placeOf(ghost.end, view)}%` }}
        />
      )}
    </>
  );
}

/** Where a moment is, in percent of what is in sight. */
export function placeOf(at: number, view: View): number {
  return ((at - view.from) / (view.to - view.from)) * 100;
}
