/** Two sides beside each other: what is said of the difference, in which figures, in which nodes, over all times. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { comparison, type AskedComparison } from "@/api/trends";
import type { Workflow } from "@/api/queries";
import { asked, periodsOf, sideOf, type SideKey, type When } from "@/logic/compare_sides";
import { strings } from "@/strings";
import { useDays } from "@/ui/period";
import { Failed, Loading } from "@/ui/states";

import { useAsked } from "./address";
import { FiguresPanel } from "./compare_figures";
import { NodesPanel } from "./compare_nodes";
import { SidesPanel } from "./compare_sides";
import { SpreadPanel } from "./compare_spread";
import { Verdict } from "./compare_verdict";
import { useNow } from "./now";
import classes from "./trends.module.css";

/** Both sides as they are asked for, each with its own period. */
export interface Sides {
  of: Record<SideKey, ReturnType<typeof asked>>;
  when: Record<SideKey, When>;
}

export function ComparePart({ of }: { of: Workflow }) {
  const sides = useSides();
  const { repeated, expected } = useAsked();
  const query = useQuery(
    comparison(of, {
      ...prefixed(sides, "a"),
      ...prefixed(sides, "b"),
      repeated: repeated === "true",
      expected_share: expected === undefined ? null : expected / 100,
    }),
  );
  const hasBoth = query.data !== undefined && query.data.a.run_count > 0 && query.data.b.run_count > 0;
  return (
    <>
      <SidesPanel of={of} found={query.data} />
      {query.data ? (
        <>
          <Verdict found={query.data} />
          {hasBoth && <FiguresPanel found={query.data} />}
        </>
      ) : query.isError ? (
        <Failed error={query.error} retry={() => void query.refetch()} />
      ) : (
        <div>
          <p className={classes.waiting}>{strings.trends.compare.loading}</p>
          <Loading height={360} />
        </div>
      )}
      <SpreadPanel of={of} sides={sides} found={query.data} />
      {query.data && hasBoth && <NodesPanel found={query.data} />}
    </>
  );
}

function useSides(): Sides {
  const address = useAsked();
  const days = useDays();
  const now = useNow();
  return useMemo(() => {
    const [a, b] = [sideOf(address, "a"), sideOf(address, "b")];
    const when = periodsOf(a, b, days, now);
    return { when, of: { a: asked(a, when.a), b: asked(b, when.b) } };
  }, [address, days, now]);
}

function prefixed(sides: Sides, side: SideKey): AskedComparison {
  return Object.fromEntries(
    Object.entries(sides.of[side]).map(([name, value]) => [`${side}_${name}`, value]),
  );
}
