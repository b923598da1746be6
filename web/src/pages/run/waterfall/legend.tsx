/** What the colours and hatchings of the waterfall mean. */
import { strings } from "@/strings";

import classes from "./legend.module.css";

const words = strings.run.waterfall.legend;
const MARKS = ["critical", "work", "waiting", "failed", "cached", "firstToken"] as const;

export function Legend({ hasGhost }: { hasGhost: boolean }) {
  return (
    <ul className={classes.legend} aria-label={words.label}>
      {[...MARKS, ...(hasGhost ? (["ghost"] as const) : [])].map((mark) => (
        <li key={mark}>
          <span aria-hidden="true" data-mark={mark} />
          {words[mark]}
        </li>
      ))}
    </ul>
  );
}
