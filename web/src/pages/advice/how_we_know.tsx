/** How the figures came about: by which method, of how many runs, how sure; and every figure by its name. */
import type { ReactNode } from "react";

import type { RatedRecommendation } from "@/api/answers";
import { figuresOf } from "@/logic/advice_evidence";
import { factWords } from "@/logic/advice_fact_words";
import { estimateOf, numberOf, textOf } from "@/logic/advice_figures";
import { inUnit } from "@/logic/format";
import { instant } from "@/logic/time";
import { strings } from "@/strings";

import classes from "./detail.module.css";

const words = strings.advice.how;

export function HowWeKnow({ one }: { one: RatedRecommendation }) {
  const facts = figuresOf(one.facts);
  return (
    <details className={classes.how}>
      <summary>{words.title}</summary>
      <dl className={classes.facts}>
        <Computed one={one} />
        <Period one={one} />
        <Fact name={words.rule}>{one.rule === null ? words.byHand : <code>{one.rule}</code>}</Fact>
        {one.last_seen_at !== null && <Fact name={words.seen}>{instant(one.last_seen_at)}</Fact>}
      </dl>
      {facts.length > 0 && (
        <>
          <h4>{words.facts}</h4>
          <dl className={classes.facts}>
            {facts.map(([name, value]) => {
              const [title, written] = factWords(name, value);
              return (
                <Fact key={name} name={title}>
                  {written}
                </Fact>
              );
            })}
          </dl>
        </>
      )}
    </details>
  );
}

function Computed({ one }: { one: RatedRecommendation }) {
  const estimate = estimateOf(one.estimate);
  if (estimate === null) return <Fact name={words.method}>{words.none}</Fact>;
  const said = (value: number) => inUnit(value, estimate.unit);
  return (
    <>
      {estimate.method !== null && <Fact name={words.method}>{estimate.method}</Fact>}
      {estimate.n !== null && <Fact name={words.n}>{words.cases(estimate.n)}</Fact>}
      <Fact name={words.interval}>
        {words.intervalText(said(estimate.low), said(estimate.high))} {words.cautious}
      </Fact>
    </>
  );
}

function Period({ one }: { one: RatedRecommendation }) {
  const since = textOf(one.baseline, "since");
  const until = textOf(one.baseline, "until");
  if (since === null || until === null) return null;
  const runs = numberOf(one.baseline, "runs") ?? 0;
  return <Fact name={words.period}>{words.periodText(instant(since), instant(until), runs)}</Fact>;
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}
