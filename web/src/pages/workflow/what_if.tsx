/** What runs would take if a node were faster: replayed by the server when the slider is let go. */
import { Slider } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";

import type { ShiftFigures, WhatIf } from "@/api/answers";
import type { Workflow } from "@/api/queries";
import { whatIfFaster } from "@/api/workflow";
import { change, count, duration } from "@/logic/format";
import { strings } from "@/strings";
import { Failed, Loading } from "@/ui/states";

import classes from "./node_drawer.module.css";

const words = strings.workflow.whatIf;
const START = 30;

export function WhatIfFaster({ of, nodeId, days }: { of: Workflow; nodeId: string; days: number }) {
  const [shown, setShown] = useState(START);
  const [asked, setAsked] = useState(START);
  const query = useQuery({
    ...whatIfFaster(of, nodeId, asked / 100, days),
    placeholderData: keepPreviousData,
  });
  return (
    <section aria-label={words.title}>
      <h3>
        {words.title} <span className="lp-num lp-dim">{words.faster(`${shown} %`)}</span>
      </h3>
      <div className={classes.slider}>
        <Slider
          min={5}
          max={100}
          step={5}
          value={shown}
          onChange={setShown}
          onChangeEnd={setAsked}
          label={(value) => words.faster(`${value} %`)}
          thumbLabel={words.slider}
          marks={[25, 50, 75].map((value) => ({ value, label: `${value} %` }))}
        />
      </div>
      <div className={query.isPlaceholderData ? classes.pending : undefined} aria-live="polite">
        {query.isError ? (
          <Failed error={query.error} retry={() => void query.refetch()} />
        ) : query.data ? (
          <Outcome found={query.data} />
        ) : (
          <Loading height={96} />
        )}
      </div>
    </section>
  );
}

function Outcome({ found }: { found: WhatIf }) {
  if (found.declined !== null || !found.p50 || !found.p95)
    return (
      <p className={classes.note}>
        {words.declined}: {found.declined}
      </p>
    );
  const whole = Math.max(found.p95.baseline, found.p95.expected);
  return (
    <>
      <dl className={classes.bars}>
        <Shift name={words.p50} figures={found.p50} whole={whole} />
        <Shift name={words.p95} figures={found.p95} whole={whole} />
      </dl>
      <p className={classes.note}>
        {found.limit_p50 !== null && `${words.limit(duration(found.limit_p50))} `}
        {words.replayed(count(found.n))}
      </p>
    </>
  );
}

/** As it was above what it would be, on one scale. */
function Shift({ name, figures, whole }: { name: string; figures: ShiftFigures; whole: number }) {
  const wide = (seconds: number) => ({ width: `${Math.max(1, (seconds / (whole || 1)) * 100)}%` });
  const isWorse = figures.expected > figures.baseline;
  return (
    <div className={classes.shift}>
      <dt>{name}</dt>
      <dd>
        <span className={classes.stripe} style={wide(figures.baseline)} />
        <span>{duration(figures.baseline)}</span>
        <span
          className={classes.stripe}
          data-then={isWorse ? "worse" : "better"}
          style={wide(figures.expected)}
        />
        <span title={words.range(duration(figures.low), duration(figures.high))}>
          <strong>{duration(figures.expected)}</strong> {change(figures.change_ratio)}
        </span>
      </dd>
    </div>
  );
}
