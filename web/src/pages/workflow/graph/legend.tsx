/** What colours, bars and lines mean, and where the scale ends. */
import type { Graph } from "@/api/answers";
import type { Joined } from "@/logic/graph_figures";
import { LEVELS, written, type Scale } from "@/logic/graph_scale";
import { strings } from "@/strings";

import classes from "./graph.module.css";

const words = strings.graph;

interface LegendProps {
  scale: Scale;
  graph: Graph;
  joined: Joined;
  isList: boolean;
}

export function Legend({ scale, graph, joined, isList }: LegendProps) {
  const steps = [...joined.steps.values()];
  const isLit = steps.some(({ measured }) => (measured?.onPath ?? 0) > 0);
  const isDim = steps.some(({ measured }) => measured === null);
  return (
    <ul className={classes.legend} aria-label={words.legend.label}>
      <li>
        {words.measures[scale.view]}
        {scale.most === null ? (
          <em>{words.legend.nothing}</em>
        ) : (
          <>
            <span className="lp-num">{words.legend.least}</span>
            <span className={classes.ramp} aria-hidden="true">
              {Array.from({ length: LEVELS }, (_, level) => (
                <span key={level} data-level={level + 1} />
              ))}
            </span>
            <span className="lp-num">{written(scale.most, scale.view)}</span>
          </>
        )}
      </li>
      {isLit && !isList && (
        <li>
          <span className={classes.lit} aria-hidden="true" />
          {words.legend.path}
        </li>
      )}
      {graph.source === "inferred" && !isList && (
        <li>
          <span className={classes.guessed} aria-hidden="true" />
          {words.legend.guessed}
        </li>
      )}
      {isDim && !isList && (
        <li>
          <span className={classes.unmeasured} aria-hidden="true" />
          {words.legend.unmeasured}
        </li>
      )}
      <li className={classes.source}>
        {words.source[graph.source]}
        {graph.version !== null && ` · ${words.version(graph.version)}`}
      </li>
    </ul>
  );
}
