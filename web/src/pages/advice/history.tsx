/** Its turns, the oldest first. */
import type { RatedRecommendation } from "@/api/answers";
import { turnsOf } from "@/logic/advice_evidence";
import { instant, moment } from "@/logic/time";
import { strings } from "@/strings";

import classes from "./detail.module.css";
import { Part } from "./part";

const words = strings.advice.history;

export function History({ one }: { one: RatedRecommendation }) {
  const turns = turnsOf(one.evidence);
  if (turns.length === 0) return null;
  return (
    <Part title={words.title ?? ""}>
      <ol className={classes.turns}>
        <Turn at={one.created_at} what="found" said="" />
        {turns.map((turn, place) => (
          <Turn key={place} at={turn.at} what={turn.what} said={turn.words} />
        ))}
      </ol>
    </Part>
  );
}

function Turn({ at, what, said }: { at: string; what: string; said: string }) {
  return (
    <li>
      <time dateTime={at} title={instant(at)} className="lp-dim">
        {moment(at)}
      </time>
      <span>
        <strong>{words[what] ?? what}</strong> {said}
      </span>
    </li>
  );
}
