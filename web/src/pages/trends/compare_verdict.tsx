/** What the comparison comes to, in a sentence; below, what must be known to believe it. */
import { Button } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";

import type { ComparedFigure, ComparisonAnswer } from "@/api/answers";
import { boundsText, changeText, judged, shiftText } from "@/logic/compare_change";
import { outcome, type Clause, type Outcome } from "@/logic/compare_verdict";
import { count, percent } from "@/logic/format";
import { PERIODS } from "@/logic/search";
import { strings } from "@/strings";
import { useDays } from "@/ui/period";

import { useAsked } from "./address";
import classes from "./compare.module.css";

const words = strings.trends.compare.verdict;
const names: Readonly<Record<string, string>> = strings.trends.compare.figures.names;

const LED: readonly string[] = ["run_time_p50", "run_time_p95", "error_rate", "cost_per_run"];

export function Verdict({ found }: { found: ComparisonAnswer }) {
  const told = outcome(found);
  return (
    <section className={classes.verdict} data-tone={told.tone} aria-label={words.label} aria-live="polite">
      <p className={classes.sentence}>
        <Sentence told={told} found={found} />
      </p>
      <Longer told={told} found={found} />
      <ul className={classes.caveats}>
        {found.sample_ratio && (
          <li>{words.ratio(percent(found.sample_ratio.observed), percent(found.sample_ratio.expected))}</li>
        )}
        {found.caveats.map((each) => (
          <li key={each}>{each}</li>
        ))}
      </ul>
    </section>
  );
}

function Sentence({ told, found }: { told: Outcome; found: ComparisonAnswer }) {
  if (told.kind === "problem")
    return (
      <>
        <strong>{words.noVerdict}</strong>: {found.problem}. <AsTheyWere found={found} />
      </>
    );
  if (told.kind === "too_few")
    return (
      <>
        <strong>{words.tooFew}.</strong>{" "}
        {words.tooFewText(words.runs(count(found.a.run_count)), count(found.b.run_count))}
      </>
    );
  if (told.kind === "same") {
    const possible = told.possible && judged(told.possible);
    return (
      <>
        <strong>{words.same}.</strong>{" "}
        {told.possible && possible?.low != null && words.possible(boundsText(possible, told.possible))}
      </>
    );
  }
  return (
    <>
      {words.isB}{" "}
      {told.clauses.map((clause, place) => (
        <ClauseWords key={clause.subject} clause={clause} before={told.clauses[place - 1]} />
      ))}
      . <Cause found={found} told={told} /> {words.rest}
    </>
  );
}

/** Where nothing is judged, what is seen all the same. */
function AsTheyWere({ found }: { found: ComparisonAnswer }) {
  const told = found.figures.filter(({ figure, raw }) => LED.includes(figure) && raw?.low != null);
  if (told.length === 0) return null;
  const figures = told.map(
    (each) => `${names[each.figure] ?? each.figure} ${changeText(each.raw?.change ?? null, each)}`,
  );
  return (
    <>
      {words.asTheyWere} {figures.join(", ")}.
    </>
  );
}

function ClauseWords({ clause, before }: { clause: Clause; before: Clause | undefined }) {
  const join = before === undefined ? "" : before.way === clause.way ? `, ${words.and} ` : `, ${words.but} `;
  return (
    <>
      {join}
      <strong data-way={clause.way}>{words.about[clause.subject][clause.way]}</strong>:{" "}
      {clause.figures.map(figureWords).join(", ")}
    </>
  );
}

function figureWords(figure: ComparedFigure, place: number): string {
  const found = judged(figure);
  if (!found) return "";
  const text = `${names[figure.figure] ?? figure.figure} ${changeText(found.change, figure)}`;
  const bounds = boundsText(found, figure);
  return place === 0 && bounds ? `${text} (${bounds})` : text;
}

/** The node that is most of it, where one is told apart, and goes the same way. */
function Cause({ found, told }: { found: ComparisonAnswer; told: Outcome }) {
  const time = told.clauses.find((clause) => clause.subject === "time");
  const node = found.nodes[0];
  if (time === undefined || node?.mean_shift == null || node.verdict !== time.way) return null;
  return <>{words.because(node.node_title, shiftText(node.mean_shift))}</>;
}

/** Where there are too few runs, a longer time is offered. */
function Longer({ told, found }: { told: Outcome; found: ComparisonAnswer }) {
  const days = useDays();
  const { a_since, b_since, a_days, b_days } = useAsked();
  const navigate = useNavigate();
  const next = PERIODS.find((each) => each > days);
  const isOwn = [a_since, b_since, a_days, b_days].some((each) => each !== undefined);
  const isWanted = told.kind === "too_few" || found.a.run_count === 0 || found.b.run_count === 0;
  if (!isWanted || next === undefined || isOwn) return null;
  return (
    <Button
      size="xs"
      variant="default"
      onClick={() => {
        void navigate({ to: ".", search: (old) => ({ ...old, days: next }) });
      }}
    >
      {words.longer(next)}
    </Button>
  );
}
