/**
 * An alert rule as a form: what each kind and channel asks for, and what the server is sent.
 *
 * Fields are text as people type it. The server checks; what it says is wrong is shown at the field that it names.
 */
import type { AlertRule, AlertRuleChange, FieldProblem, NewAlertRule } from "@/api/answers";

export const KINDS = ["error_rate", "degradation", "budget", "absence", "digest"] as const;
export const CHANNELS = ["webhook", "slack", "email"] as const;
export const WEEKDAYS = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
] as const;
export const METRICS = ["run_time_p50", "run_time_p95", "error_rate", "cost"] as const;

export type Kind = (typeof KINDS)[number];
export type Channel = (typeof CHANNELS)[number];

export interface RuleForm {
  app_id: string;
  workflow_id: string;
  name: string;
  kind: Kind;
  channel: Channel;
  /** By the server's names, such as `min_runs`; shares in percent. */
  condition: Readonly<Record<string, string>>;
  metrics: readonly string[];
  target: Readonly<Record<"url" | "secret" | "to", string>>;
  quiet: { start: string; end: string; time_zone: string } | null;
}

type How = "number" | "percent" | "percents" | "amount" | "text" | "metric" | "weekday";

export interface ConditionField {
  name: string;
  how: How;
  /** As the form begins with; empty: may be left out. */
  begin: string;
}

const REMIND: ConditionField = { name: "remind_hours", how: "number", begin: "" };
const ZONE: ConditionField = { name: "time_zone", how: "text", begin: "UTC" };

export const CONDITIONS: Readonly<Record<Kind, readonly ConditionField[]>> = {
  error_rate: [
    { name: "above", how: "percent", begin: "5" },
    { name: "window_hours", how: "number", begin: "1" },
    { name: "min_runs", how: "number", begin: "20" },
    REMIND,
  ],
  degradation: [{ name: "min_ratio", how: "number", begin: "1.2" }, REMIND],
  budget: [
    { name: "metric", how: "metric", begin: "cost" },
    { name: "amount", how: "amount", begin: "" },
    { name: "thresholds", how: "percents", begin: "50, 80, 100" },
    { name: "forecast_probability", how: "percent", begin: "" },
    ZONE,
    REMIND,
  ],
  absence: [{ name: "hours", how: "number", begin: "" }, REMIND],
  digest: [
    { name: "weekday", how: "weekday", begin: "monday" },
    { name: "hour", how: "number", begin: "8" },
    ZONE,
  ],
};

export function emptyForm(kind: Kind = "error_rate"): RuleForm {
  return {
    app_id: "",
    workflow_id: "",
    name: "",
    kind,
    channel: "webhook",
    condition: begun(kind),
    metrics: [],
    target: { url: "", secret: "", to: "" },
    quiet: null,
  };
}

/** What the condition of a kind begins with. */
export function begun(kind: Kind): Record<string, string> {
  return Object.fromEntries(CONDITIONS[kind].map(({ name, begin }) => [name, begin]));
}

/** A rule that is there, as a form. Its secrets are not known: left empty they stay. */
export function formOf(rule: AlertRule): RuleForm {
  const condition = Object.fromEntries(
    CONDITIONS[rule.kind].map(({ name, how }) => [name, typed(rule.condition[name], how)]),
  );
  const to = rule.target.to;
  const metrics = rule.condition.metrics;
  const quiet = rule.quiet_hours;
  return {
    app_id: rule.app_id,
    workflow_id: rule.workflow_id ?? "",
    name: rule.name,
    kind: rule.kind,
    channel: rule.channel,
    condition,
    metrics: Array.isArray(metrics) ? metrics.map(String) : [],
    target: { url: "", secret: "", to: Array.isArray(to) ? to.join(", ") : "" },
    quiet: quiet && { start: quiet.start ?? "", end: quiet.end ?? "", time_zone: quiet.time_zone ?? "UTC" },
  };
}

export function newRule(form: RuleForm): NewAlertRule {
  return {
    app_id: form.app_id,
    workflow_id: form.kind === "digest" || form.workflow_id === "" ? null : form.workflow_id,
    name: form.name,
    kind: form.kind,
    condition: conditionOf(form),
    channel: form.channel,
    target: targetOf(form),
    quiet_hours: form.quiet,
    is_enabled: true,
  };
}

export function changeOf(form: RuleForm): AlertRuleChange {
  return {
    name: form.name,
    condition: conditionOf(form),
    channel: form.channel,
    target: targetOf(form),
    quiet_hours: form.quiet,
  };
}

function conditionOf(form: RuleForm): Record<string, unknown> {
  const said = CONDITIONS[form.kind]
    .map(({ name, how }) => [name, meant(form.condition[name] ?? "", how)] as const)
    .filter(([, value]) => value !== undefined);
  const condition: Record<string, unknown> = Object.fromEntries(said);
  return form.kind === "degradation" ? { ...condition, metrics: form.metrics } : condition;
}

function targetOf({ channel, target }: RuleForm): Record<string, unknown> {
  if (channel === "email") return { to: listOf(target.to) };
  return {
    ...(target.url === "" ? {} : { url: target.url }),
    ...(channel === "webhook" && target.secret !== "" ? { secret: target.secret } : {}),
  };
}

/** What a text means to the server; undefined where nothing is said. What is no number goes as it is, to be refused. */
function meant(typedText: string, how: How): unknown {
  const text = typedText.trim();
  if (text === "") return undefined;
  if (how === "percents") return listOf(text).map(share);
  if (how === "percent") return share(text);
  return how === "number" ? number(text) : text;
}

function listOf(text: string): string[] {
  return text
    .split(/[,;\s]+/)
    .map((each) => each.trim())
    .filter((each) => each !== "");
}

function number(text: string): number | string {
  const read = Number(text);
  return Number.isFinite(read) ? read : text;
}

function share(text: string): number | string {
  const read = number(text.replace("%", "").trim());
  return typeof read === "number" ? Math.round(read * 1e6) / 1e8 : read;
}

function typed(value: unknown, how: How): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map((each) => typed(each, "percent")).join(", ");
  if (how === "percent" && typeof value === "number") return String(Math.round(value * 1e8) / 1e6);
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** What the server says is wrong with a field, or with a part of it such as `target.to[1]`. */
export function problemAt(problems: readonly FieldProblem[], field: string): string | undefined {
  return problems.find((each) => each.field === field || each.field.startsWith(`${field}[`))?.problem;
}

/** What is wrong with no field that the form shows. */
export function otherProblems(problems: readonly FieldProblem[], shown: readonly string[]): FieldProblem[] {
  return problems.filter((each) => shown.every((field) => problemAt([each], field) === undefined));
}
