/** An edge: lit where the critical path goes, dashed where it is guessed, with the name of its branch. */
import { EdgeLabelRenderer, type Edge, type EdgeProps } from "@xyflow/react";
import { memo } from "react";

import type { Way } from "@/logic/graph_curves";

import classes from "./way.module.css";

export type WayEdge = Edge<{ way: Way; lit: number; branch: string | null; isGuessed: boolean }, "way">;

export const WayLine = memo(function WayLine({ data }: EdgeProps<WayEdge>) {
  if (!data) return null;
  const { way, lit, branch, isGuessed } = data;
  return (
    <>
      <path
        d={way.path}
        className={classes.way}
        data-lit={lit > 0 || undefined}
        data-guessed={isGuessed || undefined}
        style={lit > 0 ? { strokeWidth: 1.5 + 2.5 * lit } : undefined}
        markerEnd={`url(#${lit > 0 ? LIT : DIM})`}
      />
      {branch !== null && (
        <EdgeLabelRenderer>
          <div
            className={classes.label}
            title={branch}
            style={{ transform: `translate(-50%, -50%) translate(${way.label.x}px, ${way.label.y}px)` }}
          >
            {branch}
          </div>
        </EdgeLabelRenderer>
      )}
    </>
  );
});

const [DIM, LIT] = ["lp-arrow", "lp-arrow-lit"];

/** The heads of arrows, once per page. */
export function ArrowHeads() {
  return (
    <svg className={classes.heads} aria-hidden="true">
      <defs>
        {[DIM, LIT].map((id) => (
          <marker
            key={id}
            id={id}
            markerUnits="userSpaceOnUse"
            markerWidth="9"
            markerHeight="12"
            refX="1"
            refY="6"
            orient="auto"
          >
            <path
              d={id === LIT ? "M0,0 L9,6 L0,12 Z" : "M0,2 L8,6 L0,10 Z"}
              data-lit={id === LIT || undefined}
            />
          </marker>
        ))}
      </defs>
    </svg>
  );
}
