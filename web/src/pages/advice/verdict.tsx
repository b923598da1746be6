/** What runs since the change say: a word, and a sign for it. */
import { strings } from "@/strings";

import classes from "./verdict.module.css";

const words = strings.advice.outcome;

export function VerdictMark({ verdict }: { verdict: string | null }) {
  const known = verdict ?? "measuring";
  return (
    <span className={classes.verdict} data-verdict={known}>
      {verdict === null ? words.measuring : (words.verdicts[verdict] ?? verdict)}
    </span>
  );
}
