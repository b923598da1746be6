/** Small marks that mean the same on every page: how something ended, how grave it is, how large a share. */
import type { ReactNode } from "react";

import { percent } from "@/logic/format";
import { strings } from "@/strings";

import classes from "./marks.module.css";

/** What a word of the server is called here; itself, where we do not know it yet. */
function wordOf(words: Readonly<Record<string, string>>, word: string): string {
  return words[word] ?? word;
}

/** How a run or a node ended, or that it has not. */
export function Status({ value }: { value: string | null | undefined }) {
  const word = value ?? "running";
  return (
    <span className={classes.status} data-status={word}>
      {wordOf(strings.common.status, word)}
    </span>
  );
}

export function Severity({ value }: { value: string }) {
  return (
    <span className={classes.tag} data-severity={value}>
      {wordOf(strings.common.severity, value)}
    </span>
  );
}

/** A word in a box: a version, a type, a tag. */
export function Tag({ children, title }: { children: ReactNode; title?: string }) {
  return (
    <span className={classes.tag} title={title}>
      {children}
    </span>
  );
}

type Tone = "critical" | "error" | "cost" | "cache" | "work";

/** A share of 0 to 1, as a bar with its figure. */
export function ShareBar({ ratio, tone = "critical" }: { ratio: number | null | undefined; tone?: Tone }) {
  const width = `${Math.min(100, Math.max(0, (ratio ?? 0) * 100))}%`;
  return (
    <span className={classes.share} data-tone={tone}>
      <span className={classes.track} aria-hidden="true">
        <span className={classes.fill} style={{ width }} />
      </span>
      <span className="lp-num">{percent(ratio)}</span>
    </span>
  );
}
