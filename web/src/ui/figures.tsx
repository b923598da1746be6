/** Figures side by side: a name, a value, how it changed, and a line of how it went. */
import type { ReactNode } from "react";

import { UNKNOWN, change } from "@/logic/format";
import { strings } from "@/strings";

import classes from "./figures.module.css";

interface DeltaProps {
  /** (now − before) / before; null where that says nothing. */
  ratio: number | null | undefined;
  /** Whether more of it is worse (time, errors, cost), better (hits), or neither. */
  more: "worse" | "better" | "neither";
}

/** A change, coloured by whether it is one for the better; words for who cannot see colours. */
export function Delta({ ratio, more }: DeltaProps) {
  if (ratio === null || ratio === undefined) return <span className="lp-dim">{UNKNOWN}</span>;
  const quiet = more === "neither" || Math.abs(ratio) < 0.02;
  const good = ratio > 0 === (more === "better");
  return (
    <span className={quiet ? classes.same : good ? classes.good : classes.bad}>
      <span aria-hidden="true">{Math.abs(ratio) < 0.0005 ? "" : ratio > 0 ? "▲ " : "▼ "}</span>
      <span className="lp-num">{change(ratio)}</span>
      {!quiet && (
        <span className="lp-hidden"> {good ? strings.common.delta.better : strings.common.delta.worse}</span>
      )}
    </span>
  );
}

export interface FigureProps {
  name: string;
  value: ReactNode;
  /** Beside the value: how it changed. */
  delta?: ReactNode;
  /** Below: what else is to be said, or a line. */
  foot?: ReactNode;
  /** What colour means here: a thin edge. */
  tone?: "critical" | "error" | "cost" | "cache" | "work";
}

export function Figure({ name, value, delta, foot, tone }: FigureProps) {
  return (
    <div className={classes.figure} data-tone={tone}>
      <dt>{name}</dt>
      <dd>
        <span className={classes.value}>{value}</span>
        {delta !== undefined && <span className={classes.delta}>{delta}</span>}
        {foot !== undefined && <div className={classes.foot}>{foot}</div>}
      </dd>
    </div>
  );
}

export function Figures({ children, label }: { children: ReactNode; label: string }) {
  return (
    <dl className={classes.figures} aria-label={label}>
      {children}
    </dl>
  );
}
