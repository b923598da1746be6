/** The open advice that is worth most, and what it would bring. */
import { IconBulb } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";

import type { AdviceLine, MonthlyWorth } from "@/api/answers";
import { worthParts } from "@/logic/overview_worth";
import { strings } from "@/strings";
import { Panel } from "@/ui/panel";
import { Empty } from "@/ui/states";

import classes from "./lists.module.css";

const words = strings.overview.worth;

export function Worth({ advice }: { advice: readonly AdviceLine[] }) {
  return (
    <Panel title={words.title} hint={words.hint} actions={<Link to="/advice">{words.all}</Link>} flush>
      {advice.length === 0 ? (
        <Empty title={words.none} picture={<IconBulb size={28} stroke={1.5} aria-hidden="true" />}>
          {words.noneText}
        </Empty>
      ) : (
        <ul className={classes.list}>
          {advice.map((each) => (
            <Item key={each.id} advice={each} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Item({ advice }: { advice: AdviceLine }) {
  const params = { app: advice.app_id, workflow: advice.workflow_id };
  return (
    <li className={classes.item}>
      <div className={classes.main}>
        <Link
          to="/w/$app/$workflow/advice"
          params={params}
          search={{ id: advice.id }}
          className={classes.title}
        >
          {advice.title}
        </Link>
        <p className={classes.text}>
          <Link to="/w/$app/$workflow" params={params}>
            {advice.workflow_id}
          </Link>
          {advice.estimated_improvement !== null && `: ${advice.estimated_improvement}`}
        </p>
      </div>
      <Monthly worth={advice.worth} />
    </li>
  );
}

/** `$12`, `17 min of run time`, `30 failed runs`: a month. */
function Monthly({ worth }: { worth: MonthlyWorth }) {
  const parts = monthly(worth);
  if (parts.length === 0) return null;
  return (
    <span className={classes.gain}>
      {parts.map((each) => (
        <span key={each}>{each}</span>
      ))}
      <span className={classes.unit}>{words.aMonth}</span>
    </span>
  );
}

/** The same as texts. */
export function monthly(worth: MonthlyWorth): string[] {
  return worthParts(worth).map(({ kind, amount }) => words.parts[kind](amount));
}
