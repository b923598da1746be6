/** Where the critical path goes on from one row to another: a line at that moment. */
import type { DrawnPath } from "@/logic/run_path";
import type { View } from "@/logic/run_scale";

import classes from "./grid.module.css";
import { placeOf } from "./ruler";

interface LinksProps {
  path: DrawnPath;
  /** Of every place the row that shows it. */
  rowOf: Int32Array;
  first: number;
  last: number;
  view: View;
  rowPx: number;
  dim: boolean;
}

export function Links({ path, rowOf, first, last, view, rowPx, dim }: LinksProps) {
  const lines = [];
  for (const [index, { at, from, to }] of path.links.entries()) {
    if (at < view.from || at > view.to) continue;
    const [one, other] = [rowOf[from] ?? -1, rowOf[to] ?? -1];
    if (one < 0 || other < 0 || one === other) continue;
    const [upper, lower] = [Math.min(one, other), Math.max(one, other)];
    if (lower < first || upper > last) continue;
    const x = `${placeOf(at, view)}%`;
    // Long lines are cut to what is in sight: no picture is a million pixels high.
    const y1 = (Math.max(upper, first - 1) + 0.5) * rowPx;
    const y2 = (Math.min(lower, last + 1) + 0.5) * rowPx;
    lines.push(<line key={index} x1={x} x2={x} y1={y1} y2={y2} />);
  }
  return (
    <svg className={classes.links} data-dim={dim || undefined} width="100%" height="100%">
      {lines}
    </svg>
  );
}
