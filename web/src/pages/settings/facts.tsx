/** Names and values, a line each. */
import type { ReactNode } from "react";

import classes from "./settings.module.css";

export interface Fact {
  name: string;
  value: ReactNode;
  /** Where it comes from: shown small. */
  from?: ReactNode;
}

export function Facts({ label, facts }: { label: string; facts: readonly Fact[] }) {
  return (
    <dl className={classes.facts} aria-label={label}>
      {facts.map(({ name, value, from }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {value}
            {from !== undefined && <small>{from}</small>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
