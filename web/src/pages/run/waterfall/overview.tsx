/** The whole run as a strip: how busy it was, where it waited, what failed; drag over it to look at a part. */
import { useMemo, useRef, useState, type PointerEvent } from "react";

import { areaPath, density } from "@/logic/run_density";
import type { RunModel } from "@/logic/run_model";
import { strip, type DrawnPath } from "@/logic/run_path";
import type { View } from "@/logic/run_scale";
import { strings } from "@/strings";

import classes from "./overview.module.css";

const BUCKETS = 240;
const LEAST_DRAG = 0.004;
const MOST_FAILED = 200;

interface OverviewProps {
  model: RunModel;
  path: DrawnPath;
  view: View;
  length: number;
  onView: (view: View | null) => void;
}

export function Overview({ model, path, view, length, onView }: OverviewProps) {
  const area = useMemo(() => areaPath(density(model, model.roots, [0, model.length], BUCKETS)), [model]);
  const parts = useMemo(() => strip(path, model.length, BUCKETS * 2), [path, model.length]);
  const failed = useMemo(
    () => model.nodes.filter((node) => node.status === "failed" && node.start !== null).slice(0, MOST_FAILED),
    [model],
  );
  const [dragged, drag] = useDrag(length, onView);
  const at = (seconds: number) => `${(seconds / length) * 100}%`;
  const isPart = view.from > 0 || view.to < length;
  const window = dragged ?? (isPart ? view : null);
  return (
    <div className={classes.row}>
      <div className={classes.strip} title={strings.run.waterfall.overview} {...drag}>
        <div className={classes.run} style={{ width: at(model.length) }}>
          <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
            <path d={area} />
          </svg>
          {parts.map((part) => (
            <span
              key={part.from}
              className={part.isWait ? classes.wait : classes.path}
              style={{ left: `${part.from * 100}%`, width: `${(part.to - part.from) * 100}%` }}
            />
          ))}
          {failed.map((node) => (
            <span
              key={node.place}
              className={classes.failed}
              style={{ left: `${((node.end ?? node.start ?? 0) / (model.length || 1)) * 100}%` }}
            />
          ))}
        </div>
        {window && (
          <>
            <span className={classes.outside} style={{ left: 0, width: at(window.from) }} />
            <span className={classes.outside} style={{ left: at(window.to), right: 0 }} />
            <span
              className={classes.window}
              style={{ left: at(window.from), width: at(window.to - window.from) }}
            />
          </>
        )}
      </div>
    </div>
  );
}

/** What is dragged over now, and what listens for it. A click shows the whole run again. */
function useDrag(length: number, onView: (view: View | null) => void) {
  const begun = useRef<number | null>(null);
  const [dragged, setDragged] = useState<View | null>(null);
  const momentOf = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * length;
  };
  const between = (event: PointerEvent<HTMLElement>): View | null => {
    if (begun.current === null) return null;
    const now = momentOf(event);
    return { from: Math.min(begun.current, now), to: Math.max(begun.current, now) };
  };
  return [
    dragged,
    {
      onPointerDown: (event: PointerEvent<HTMLElement>) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        begun.current = momentOf(event);
      },
      onPointerMove: (event: PointerEvent<HTMLElement>) => {
        if (begun.current !== null) setDragged(between(event));
      },
      onPointerUp: (event: PointerEvent<HTMLElement>) => {
        const chosen = between(event);
        begun.current = null;
        setDragged(null);
        if (chosen) onView(chosen.to - chosen.from < length * LEAST_DRAG ? null : chosen);
      },
    },
  ] as const;
}
