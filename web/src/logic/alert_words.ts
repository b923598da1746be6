/** A rule in a line: when it tells, and whom. */
import type { AlertRule } from "@/api/answers";
import { strings } from "@/strings";

import { count, money, percent, significant } from "./format";

const words = strings.settings.alerts;
const said = words.sentences;

/** When a rule tells. */
export function conditionWords({ kind, condition }: AlertRule): string {
  const number = (name: string) => (typeof condition[name] === "number" ? condition[name] : null);
  switch (kind) {
    case "error_rate":
      return said.errorRate(percent(number("above")), number("window_hours") ?? 1);
    case "degradation":
      return said.degradation(significant(number("min_ratio") ?? 1));
    case "budget": {
      const amount = Number(condition.amount);
      return said.budget(condition.metric === "tokens" ? said.tokens(count(amount)) : money(amount));
    }
    case "absence":
      return number("hours") === null ? said.unusual : said.absence(number("hours") ?? 0);
    case "digest": {
      const weekdays: Readonly<Record<string, string>> = words.weekdays;
      const day = String(condition.weekday);
      return said.digest(weekdays[day] ?? day, number("hour") ?? 0, String(condition.time_zone));
    }
  }
}

/** Whom a rule tells, and when not. */
export function whither({ channel, target, quiet_hours: quiet }: AlertRule): string {
  const to = Array.isArray(target.to)
    ? target.to.join(", ")
    : typeof target.host === "string"
      ? target.host
      : "";
  const parts = [`${words.channels[channel]}: ${to}`];
  if (target.secret === "set") parts.push(words.signed);
  if (quiet) parts.push(said.quiet(quiet.start ?? "", quiet.end ?? "", quiet.time_zone ?? ""));
  return parts.join(" · ");
}
