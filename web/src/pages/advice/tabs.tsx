/** What became of it: open, done, dismissed, no longer found; with how many there are of each. */
import { Link } from "@tanstack/react-router";

import type { AdviceCounts } from "@/api/answers";
import { count } from "@/logic/format";
import { strings } from "@/strings";

import classes from "./board.module.css";
import { STATUSES, type Status } from "./search";

const words = strings.advice.tabs;

export function Tabs({ counts, status }: { counts: AdviceCounts | undefined; status: Status }) {
  return (
    <nav aria-label={words.label} className={classes.tabs}>
      {STATUSES.map((each) => (
        <Link
          key={each}
          to="."
          search={(old) => ({ ...old, status: each === "active" ? undefined : each, id: undefined }) as never}
          activeOptions={{ exact: true }}
          aria-current={each === status ? "true" : undefined}
        >
          {words[each]} {counts && <span className={classes.count}>{count(counts[each])}</span>}
        </Link>
      ))}
    </nav>
  );
}
