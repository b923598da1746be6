/** What advice is worth in a month, in figures that are told apart at a glance. */
import type { MonthlyWorth } from "@/api/answers";

import { count, duration, money, significant } from "./format";

export interface WorthPart {
  kind: "money" | "time" | "failures";
  amount: string;
}

/** The parts that there are, what can be counted in money first. */
export function worthParts(worth: MonthlyWorth): WorthPart[] {
  const { usd_per_month: usd, seconds_per_month: seconds, failed_runs_per_month: failures } = worth;
  const parts: WorthPart[] = [];
  if (usd) parts.push({ kind: "money", amount: money(usd) });
  if (seconds) parts.push({ kind: "time", amount: roughly(seconds) });
  if (failures) parts.push({ kind: "failures", amount: failures < 1 ? "< 1" : count(failures) });
  return parts;
}

/** `17 min`, `3.4 h`, `120 h`: one unit is enough for what is estimated. */
export function roughly(seconds: number): string {
  if (seconds < 60) return duration(seconds);
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  return `${significant(seconds / 3600, 2)} h`;
}
