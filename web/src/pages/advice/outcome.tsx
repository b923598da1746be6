/** What it really brought, beside what had been estimated; or how far the measuring has come. */
import { Progress } from "@mantine/core";

import type { RatedRecommendation } from "@/api/answers";
import {
  estimateOf,
  neededRuns,
  verificationOf,
  type Estimate,
  type Measured,
  type Verification,
} from "@/logic/advice_figures";
import { inUnit, percent } from "@/logic/format";
import { instant, moment } from "@/logic/time";
import { strings } from "@/strings";
import { InlineCode } from "@/ui/inline_code";

import { Bars } from "./bars";
import classes from "./detail.module.css";
import { Part } from "./part";
import { VerdictMark } from "./verdict";

const words = strings.advice.outcome;
const DAYS = 14;

export function Outcome({ one }: { one: RatedRecommendation }) {
  if (one.status !== "implemented") return null;
  const found = verificationOf(one.verification);
  return (
    <Part title={words.title}>
      {found === null ? (
        <p>
          <VerdictMark verdict={null} /> {words.waiting}
        </p>
      ) : (
        <Found found={found} estimate={estimateOf(one.estimate)} since={one.implemented_at} />
      )}
    </Part>
  );
}

interface FoundProps {
  found: Verification;
  estimate: Estimate | null;
  since: string | null;
}

function Found({ found, estimate, since }: FoundProps) {
  const isMeasured = found.before !== null && found.after !== null;
  return (
    <>
      <p className={classes.verdict}>
        <VerdictMark verdict={found.verdict} />
        {found.share !== null && found.verdict === "improved" && (
          <span className="lp-num">{words.share(percent(found.share))}</span>
        )}
        {found.checkedAt !== null && (
          <span className="lp-dim" title={instant(found.checkedAt)}>
            {words.checked(moment(found.checkedAt))}
          </span>
        )}
      </p>
      {isMeasured ? <Beside found={found} estimate={estimate} /> : <Counting found={found} />}
      {found.others.length > 0 && <Others others={found.others} />}
      <ul className={classes.caveats}>
        {isMeasured && <li>{words.runs(found.runsBefore, found.runsAfter)}</li>}
        {found.caveats.map((each) => (
          <li key={each}>
            <InlineCode text={each} />
          </li>
        ))}
        <li>{found.isFinal ? words.final : isMeasured ? words.next(ends(since)) : words.nextHour}</li>
      </ul>
    </>
  );
}

function ends(since: string | null): string {
  return since === null ? "" : moment(new Date(Date.parse(since) + DAYS * 86_400_000).toISOString());
}

/** Too few runs yet: how many there are, and how many it takes. */
function Counting({ found }: { found: Verification }) {
  const needed = neededRuns(found.metric);
  return (
    <div className={classes.counting}>
      <span className="lp-num">
        {words.measuring}: {words.progress(found.runsAfter, needed)}
      </span>
      <Progress
        value={Math.min(100, (found.runsAfter / needed) * 100)}
        aria-label={words.progressLabel}
        size="sm"
        color="var(--lp-work)"
      />
      {found.runsBefore < needed && <p>{words.tooFewBefore(found.runsBefore, needed)}</p>}
    </div>
  );
}

/** Estimated and measured, on one scale. */
function Beside({ found, estimate }: { found: Verification; estimate: Estimate | null }) {
  const { unit } = found;
  const said = (value: number | null) => inUnit(value, unit);
  const metric = strings.advice.metrics[found.metric] ?? found.metric;
  const measured = words.measuredWords(
    said(found.before),
    said(found.after),
    said(found.low),
    said(found.high),
  );
  const promised =
    estimate?.metric === found.metric
      ? words.estimateWords(
          said(estimate.baseline),
          said(estimate.expected),
          said(estimate.low),
          said(estimate.high),
        )
      : null;
  return (
    <figure className={classes.figure}>
      <figcaption>{metric}</figcaption>
      <Bars
        label={words.label(metric, [promised, measured].filter(Boolean).join(", "))}
        unit={unit}
        bars={[
          ...(promised !== null && estimate
            ? ([
                { name: words.baseline, value: estimate.baseline, kind: "before" },
                {
                  name: words.expected,
                  value: estimate.expected,
                  low: estimate.low,
                  high: estimate.high,
                  from: estimate.baseline,
                  kind: "expected",
                },
              ] as const)
            : []),
          { name: words.before, value: found.before ?? 0, kind: "before" },
          {
            name: words.after,
            value: found.after ?? 0,
            low: found.low,
            high: found.high,
            from: found.before,
            kind: "measured",
          },
        ]}
      />
    </figure>
  );
}

function Others({ others }: { others: readonly Measured[] }) {
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
    <div className={classes.scroll} role="region" aria-label={words.others} tabIndex={0}>
      <table className={classes.others}>
        <thead>
          <tr>
            <th scope="col">{words.others}</th>
            <th scope="col">{words.before}</th>
            <th scope="col">{words.after}</th>
            <th scope="col">{words.verdict}</th>
          </tr>
        </thead>
        <tbody>
          {others.map((each) => (
            <tr key={each.metric}>
              <th scope="row">{strings.advice.metrics[each.metric] ?? each.metric}</th>
              <td>{inUnit(each.before, each.unit)}</td>
              <td>{inUnit(each.after, each.unit)}</td>
              <td>
                <VerdictMark verdict={each.verdict} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
