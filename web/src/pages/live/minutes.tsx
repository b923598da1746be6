/** The last minutes in three figures; once in a while they are said aloud as well, instead of every run. */
import { useEffect, useRef, useState } from "react";

import type { LiveRun } from "@/api/answers";
import { count, significant, UNKNOWN } from "@/logic/format";
import { liveFigures } from "@/logic/live_figures";
import { strings } from "@/strings";
import { Figure, Figures } from "@/ui/figures";

import { useNow } from "./use_live";

const words = strings.live.figures;
const SAID_EVERY_MS = 15_000;

export function Minutes({ runs }: { runs: readonly LiveRun[] }) {
  const now = useNow(1_000);
  const figures = liveFigures(runs, now);
  const summary = strings.live.summary(figures.ended, figures.failed, figures.running);
  return (
    <>
      <Figures label={words.label}>
        <Figure name={words.running} value={count(figures.running)} tone="work" />
        <Figure
          name={words.rate}
          value={figures.perMinute === null ? UNKNOWN : significant(figures.perMinute, 2)}
          foot={words.rateFoot}
        />
        <Figure
          name={words.errors}
          value={count(figures.failed)}
          foot={words.errorsFoot(figures.ended)}
          {...(figures.failed > 0 ? { tone: "error" as const } : {})}
        />
      </Figures>
      <Said summary={summary} />
    </>
  );
}

/** `summary`, no more often than one could listen to. */
function Said({ summary }: { summary: string }) {
  const latest = useRef(summary);
  const [said, setSaid] = useState("");
  useEffect(() => {
    latest.current = summary;
  }, [summary]);
  useEffect(() => {
    const timer = setInterval(() => {
      setSaid(latest.current);
    }, SAID_EVERY_MS);
    return () => {
      clearInterval(timer);
    };
  }, []);
  return (
    <p role="status" className="lp-hidden">
      {said}
    </p>
  );
}
