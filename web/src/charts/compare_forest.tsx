/** A change with its bounds around 0, and a bar to either side: rows of tables, all on one scale. */
import type { ComparedFigure } from "@/api/answers";
import { shiftText } from "@/logic/compare_change";
import { barOf, placed, type Scale, type Span } from "@/logic/compare_forest";

import classes from "./compare_forest.module.css";

type Verdict = ComparedFigure["verdict"];

interface ForestRowProps {
  span: Span | null;
  scale: Scale;
  verdict: Verdict;
  moreIsWorse: boolean;
  label: string;
}

export function ForestRow({ span, scale, verdict, moreIsWorse, label }: ForestRowProps) {
  if (!span) return null;
  const at = placed(span, scale);
  return (
    <div className={classes.row} role="img" aria-label={label} title={label} data-way={verdict}>
      <span
        className={classes.worse}
        data-side={moreIsWorse ? "right" : "left"}
        style={moreIsWorse ? { left: `${at.zero}%` } : { width: `${at.zero}%` }}
      />
      <span className={classes.zero} style={{ left: `${at.zero}%` }} />
      <span
        className={classes.span}
        data-cut-low={at.cutLow || undefined}
        data-cut-high={at.cutHigh || undefined}
        style={{ left: `${at.low}%`, width: `${at.high - at.low}%` }}
      />
      <span className={classes.dot} style={{ left: `${at.change}%` }} />
    </div>
  );
}

export function ShiftBar({
  seconds,
  most,
  verdict,
}: {
  seconds: number | null;
  most: number;
  verdict: Verdict;
}) {
  const bar = barOf(seconds ?? 0, most);
  return (
    <div className={classes.shift} data-way={verdict}>
      <span className={classes.track} aria-hidden="true">
        <span className={classes.middle} />
        <span className={classes.bar} style={{ left: `${bar.left}%`, width: `${bar.width}%` }} />
      </span>
      <span className="lp-num">{shiftText(seconds)}</span>
    </div>
  );
}
