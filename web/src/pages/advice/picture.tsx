/** What the change would bring: the figure now and then on one scale, and what happens to the step. */
import type { RatedRecommendation } from "@/api/answers";
import { type Estimate, estimateOf, verificationOf } from "@/logic/advice_figures";
import { sketchOf } from "@/logic/advice_sketch";
import { inUnit } from "@/logic/format";
import { strings } from "@/strings";

import { Bars } from "./bars";
import classes from "./detail.module.css";
import { Part } from "./part";
import { SketchView } from "./sketch_view";
import { useSchedule } from "./use_steps";

const words = strings.advice.picture;

export function Picture({ one }: { one: RatedRecommendation }) {
  const estimate = estimateOf(one.estimate);
  const schedule = useSchedule(one);
  const sketch = sketchOf(one) ?? schedule;
  // What was measured stands beside its estimate already, in a picture of its own.
  const isMeasured =
    one.status === "implemented" && typeof verificationOf(one.verification)?.after === "number";
  const shown = isMeasured ? null : estimate;
  if (shown === null && sketch === null) return null;
  return (
    <Part title={isMeasured ? words.advised : words.title}>
      {shown && <Figure estimate={shown} />}
      {sketch && <SketchView sketch={sketch} title={one.title} />}
    </Part>
  );
}

function Figure({ estimate }: { estimate: Estimate }) {
  const { unit, baseline, expected, low, high } = estimate;
  const metric = strings.advice.metrics[estimate.metric] ?? estimate.metric.replaceAll("_", " ");
  const said = (value: number) => inUnit(value, unit);
  return (
    <figure className={classes.figure}>
      <figcaption>{metric}</figcaption>
      <Bars
        label={words.label(metric, said(baseline), said(expected), said(low), said(high))}
        unit={unit}
        bars={[
          { name: words.now, value: baseline, kind: "before" },
          { name: words.then, value: expected, low, high, from: baseline, kind: "expected" },
        ]}
      />
    </figure>
  );
}
