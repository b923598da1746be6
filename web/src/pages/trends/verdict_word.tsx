import type { ComparedFigure } from "@/api/answers";
import { strings } from "@/strings";

import classes from "./compare.module.css";

const MARKS = { worse: "▲", better: "▼", no_evidence: "", too_few_runs: "" } as const;

/** What can be said of b: in words and in colour, with a mark where it is something. */
export function VerdictWord({ value }: { value: ComparedFigure["verdict"] }) {
  return (
    <span className={classes.word} data-way={value}>
      {MARKS[value] !== "" && <span aria-hidden="true">{MARKS[value]} </span>}
      {strings.trends.compare.verdicts[value]}
    </span>
  );
}
