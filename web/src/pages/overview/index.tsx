/** The first page: which workflow is in trouble, what got worse, what is worth doing, what was saved. */
import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useMemo, useState } from "react";

import type { Overview } from "@/api/answers";
import { overview } from "@/api/overview";
import { lines, troubled } from "@/logic/overview_rows";
import { strings } from "@/strings";
import { Page } from "@/ui/page";
import { Period, useDays } from "@/ui/period";
import { Shown } from "@/ui/states";

import { Applications } from "./applications";
import { Degraded } from "./degraded";
import { Figures } from "./figures";
import { FirstRun } from "./first_run";
import { Onboarding } from "./onboarding";
import { Workflows } from "./workflows";
import classes from "./workflows.module.css";
import { Worth } from "./worth";

const words = strings.overview;

export default function OverviewPage() {
  const days = useDays();
  const { app } = useSearch({ strict: false });
  const query = useQuery(overview(days, app));
  const isEmpty = query.data?.apps.length === 0;
  const [wasEmpty, setWasEmpty] = useState(false);
  if (isEmpty && !wasEmpty) setWasEmpty(true);
  if (isEmpty) return <Onboarding />;
  return (
    <Page
      title={words.title}
      beside={query.data && <Verdict of={query.data} />}
      actions={
        <>
          <Applications known={query.data?.apps} />
          <Period />
        </>
      }
    >
      <Shown query={query} height={560}>
        {(found) => (
          <>
            {wasEmpty && found.workflows[0] && <FirstRun of={found.workflows[0]} />}
            <Whole found={found} days={days} />
          </>
        )}
      </Shown>
    </Page>
  );
}

function Whole({ found, days }: { found: Overview; days: number }) {
  const all = useMemo(() => lines(found), [found]);
  return (
    <>
      <Figures of={found} />
      <div className={classes.pair}>
        <Degraded events={found.degraded} count={found.degraded_count} />
        <Worth advice={found.advice} />
      </div>
      <Workflows all={all} leftOut={found.left_out} days={days} />
    </>
  );
}

function Verdict({ of }: { of: Overview }) {
  const all = useMemo(() => lines(of), [of]);
  if (all.length === 0) return null;
  const bad = troubled(all);
  return (
    <span className={classes.verdict} data-bad={bad > 0 || undefined}>
      {bad ? words.verdict.trouble(bad, all.length) : words.verdict.calm(all.length)}
    </span>
  );
}
