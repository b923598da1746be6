/** One recommendation in full: what it is worth, how that looks, why, what to do, what shows it, how it is known. */
import { Link } from "@tanstack/react-router";

import type { RatedRecommendation } from "@/api/answers";
import { worthParts, type WorthPart } from "@/logic/advice_worth";
import { strings } from "@/strings";
import { Code } from "@/ui/copy";
import { InlineCode } from "@/ui/inline_code";
import { Severity } from "@/ui/marks";

import { Actions } from "./actions";
import classes from "./detail.module.css";
import { Evidence } from "./evidence";
import { History } from "./history";
import { HowWeKnow } from "./how_we_know";
import { Nodes } from "./nodes";
import { Outcome } from "./outcome";
import { Part } from "./part";
import { Picture } from "./picture";
import { State } from "./state";
import { useWantedFocus, type ReadingFocus } from "./use_reading_focus";

const words = strings.advice;

interface DetailProps {
  one: RatedRecommendation;
  focus: ReadingFocus;
  onDismissed: (one: RatedRecommendation) => void;
  onDone: (one: RatedRecommendation) => void;
}

export function Detail({ one, focus, onDismissed, onDone }: DetailProps) {
  const { titleRef } = focus;
  useWantedFocus(focus, one.id);
  return (
    <article className={classes.detail} aria-labelledby="advice-title">
      <Link
        to="."
        search={(old) => ({ ...old, id: undefined, status: one.status }) as never}
        className={classes.back}
      >
        <span aria-hidden="true">←</span> {words.list.all}
      </Link>
      <header className={classes.head}>
        <p className={classes.above}>
          <Severity value={one.severity} />
          <span className="lp-dim">{words.categories[one.category]}</span>
          <Link to="/w/$app/$workflow" params={{ app: one.app_id, workflow: one.workflow_id }}>
            {one.app_id} <span aria-hidden="true">/</span> {one.workflow_id}
          </Link>
        </p>
        <h2 id="advice-title" ref={titleRef} tabIndex={-1}>
          {one.title}
        </h2>
        <Worth parts={worthParts(one)} />
        <State one={one} />
        <Actions
          one={one}
          onDismissed={() => {
            onDismissed(one);
          }}
          onDone={() => {
            onDone(one);
          }}
        />
      </header>
      <Outcome one={one} />
      <Picture one={one} />
      <Why one={one} />
      <Steps one={one} />
      <Evidence one={one} />
      <Nodes one={one} />
      <HowWeKnow one={one} />
      <History one={one} />
    </article>
  );
}

function Worth({ parts }: { parts: readonly WorthPart[] }) {
  if (parts.length === 0) return <p className={classes.unpromised}>{words.worth.none}</p>;
  return (
    <ul className={classes.worth}>
      {parts.map((part) => (
        <li key={part.kind} data-kind={part.kind}>
          <span className="lp-dim">{words.worth.least} </span>
          <strong>{part.words}</strong>
          {part.month !== null && <span className="lp-dim">, {part.month}</span>}
        </li>
      ))}
    </ul>
  );
}

function Why({ one }: { one: RatedRecommendation }) {
  const told = one.narrative;
  const text = typeof told?.text === "string" ? told.text : null;
  return (
    <Part title={words.why}>
      <p className={classes.text}>
        <InlineCode text={one.description} />
      </p>
      {text !== null && (
        <blockquote className={classes.told}>
          <p>
            <InlineCode text={text} />
          </p>
          <footer className="lp-dim">{words.models}</footer>
        </blockquote>
      )}
    </Part>
  );
}

function Steps({ one }: { one: RatedRecommendation }) {
  if (one.recommendation_steps.length === 0 && one.code_example === null) return null;
  return (
    <Part title={words.steps}>
      {one.recommendation_steps.length > 0 && (
        <ol className={classes.steps}>
          {one.recommendation_steps.map((step, place) => (
            <li key={place}>
              <InlineCode text={step} />
            </li>
          ))}
        </ol>
      )}
      {one.code_example !== null && <Code text={one.code_example.trimEnd()} label={words.code} />}
    </Part>
  );
}
