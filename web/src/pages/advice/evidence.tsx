/** The runs that show it: each opens, and all such runs can be listed. */
import { UnstyledButton } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import type { RatedRecommendation } from "@/api/answers";
import { relatedTo, shownBy, suchRuns, type Related, type Shown } from "@/logic/advice_evidence";
import { told } from "@/logic/search";
import { strings } from "@/strings";

import classes from "./detail.module.css";
import { Part } from "./part";

const words = strings.advice.evidence;
const MOST = 6;

export function Evidence({ one }: { one: RatedRecommendation }) {
  const shown = shownBy(one.evidence).filter((each) => each.runs.length > 0);
  const related = relatedTo(one.evidence);
  if (shown.length === 0 && related.length === 0) return null;
  return (
    <Part title={words.title}>
      {shown.map((each, place) => (
        <Runs key={place} shown={each} one={one} />
      ))}
      {related.length > 0 && <Others related={related} />}
    </Part>
  );
}

function Runs({ shown, one }: { shown: Shown; one: RatedRecommendation }) {
  const such = suchRuns(shown, one.estimate, one.baseline);
  return (
    <div className={classes.shown}>
      <p>
        {words.kinds[shown.kind] ?? words.other}
        {such && (
          <Link
            to="/w/$app/$workflow/runs"
            params={{ app: one.app_id, workflow: one.workflow_id }}
            search={such as never}
          >
            {words.all}
          </Link>
        )}
      </p>
      <Links runs={shown.runs} node={shown.nodes[0]} />
      {shown.servedFrom.length > 0 && (
        <>
          <p className="lp-dim">{words.served}</p>
          <Links runs={shown.servedFrom} node={shown.nodes[0]} />
        </>
      )}
    </div>
  );
}

/** Each opens at the step that the finding is about. */
function Links({ runs, node }: { runs: readonly string[]; node: string | undefined }) {
  const [isOpen, setOpen] = useState(false);
  const shown = isOpen ? runs : runs.slice(0, MOST);
  return (
    <ul className={classes.runs}>
      {shown.map((run) => (
        <li key={run}>
          <Link
            to="/runs/$run"
            params={{ run }}
            search={told({ node }) as never}
            aria-label={words.open(run)}
            title={run}
            className="lp-mono"
          >
            {run}
          </Link>
        </li>
      ))}
      {runs.length > shown.length && (
        <li>
          <UnstyledButton
            className={classes.more}
            onClick={() => {
              setOpen(true);
            }}
          >
            {words.more(runs.length - shown.length)}
          </UnstyledButton>
        </li>
      )}
    </ul>
  );
}

function Others({ related }: { related: readonly Related[] }) {
  return (
    <div className={classes.shown}>
      <p>{words.related}</p>
      <ul className={classes.related}>
        {related.map((each) => (
          <li key={each.title}>
            {each.title}
            {each.improvement !== null && <span className="lp-dim"> {each.improvement}</span>}
          </li>
        ))}
      </ul>
    </div>
  );
}
