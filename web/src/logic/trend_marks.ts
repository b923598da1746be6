/** What happened beside a trend: versions that came up, and levels that changed, of the metric that is shown. */
import type { Degradation } from "@/api/answers";

import { extent, seenIn } from "./level_change";

export interface Mark {
  /** Milliseconds. */
  at: number;
  kind: "version" | "worse" | "better";
  /** At the line. */
  short: string;
  /** In the tooltip. */
  long: string;
}

interface Version {
  version: string | null;
  first_run_at: string;
}

interface Words {
  version: (version: string) => string;
  change: (metric: string, ratio: string) => string;
  metric: Readonly<Record<Degradation["metric"], string>>;
}

/** Metrics in which a change of run time shows as well. */
const TIMES: readonly string[] = ["run_time", "node_time", "critical_time"];
const MOST_LENGTH = 14;

export function marksOf(
  versions: readonly Version[],
  events: readonly Degradation[],
  metric: string,
  [from, until]: readonly [number, number],
  words: Words,
): Mark[] {
  const ofVersions = versions.flatMap(({ version, first_run_at }) =>
    version === null
      ? []
      : [
          {
            at: Date.parse(first_run_at),
            kind: "version" as const,
            short: shortened(version),
            long: words.version(version),
          },
        ],
  );
  const ofEvents = events
    .filter((event) => seenIn(event) === metric || (seenIn(event) === "run_time" && TIMES.includes(metric)))
    .map((event) => ({
      at: Date.parse(event.started_at),
      kind: event.is_improvement ? ("better" as const) : ("worse" as const),
      short: `${event.is_improvement ? "▼" : "▲"} ${extent(event)}`,
      long: words.change(words.metric[event.metric], extent(event)),
    }));
  return [...ofVersions, ...ofEvents]
    .filter((mark) => from < mark.at && mark.at <= until)
    .toSorted((one, other) => one.at - other.at);
}

const shortened = (text: string): string =>
  text.length > MOST_LENGTH ? `${text.slice(0, MOST_LENGTH - 1)}…` : text;

const ROOM = 0.09;

/** Whether there is room for its words: none of its kind stands closely before it. */
export function isLabelled(marks: readonly Mark[], place: number, span: number): boolean {
  const row = (mark: Mark) => mark.kind === "version";
  let last = Number.NEGATIVE_INFINITY;
  for (const [at, mark] of marks.entries()) {
    const own = marks[place];
    if (!own || row(mark) !== row(own)) continue;
    const isShown = mark.at - last >= span * ROOM;
    if (at === place) return isShown;
    if (isShown) last = mark.at;
  }
  return false;
}
