import { describe, expect, it } from "vitest";

import type { AlertRule } from "@/api/answers";
import { conditionWords, whither } from "@/logic/alert_words";
import { KINDS, changeOf, emptyForm, formOf, newRule, otherProblems, problemAt } from "@/logic/alerts";
import { settingText, usedShare, valueText } from "@/logic/settings";

const RULE: AlertRule = {
  id: "r1",
  app_id: "shop",
  workflow_id: "checkout",
  name: "checkout fails",
  kind: "error_rate",
  condition: { above: 0.07, window_hours: 1, min_runs: 20, remind_hours: null },
  channel: "webhook",
  target: { host: "hooks.example", url: "set", secret: "set" },
  quiet_hours: { start: "22:00", end: "07:00", time_zone: "Europe/Berlin" },
  is_enabled: true,
  created_at: "2026-11-08T12:00:00Z",
  updated_at: "2026-11-08T12:00:00Z",
};

describe("a form", () => {
  it("says shares in percent and sends them as shares", () => {
    expect(formOf(RULE).condition.above).toBe("7");
    expect(changeOf(formOf(RULE)).condition).toEqual({ above: 0.07, window_hours: 1, min_runs: 20 });
  });
  it("leaves secrets as they are unless new ones are typed", () => {
    expect(changeOf(formOf(RULE)).target).toEqual({});
    const form = formOf(RULE);
    expect(changeOf({ ...form, target: { ...form.target, url: "https://x/" } }).target).toEqual({
      url: "https://x/",
    });
  });
  it("reads lists of addresses and of shares", () => {
    const form = { ...emptyForm("budget"), channel: "email" as const };
    const sent = newRule({ ...form, target: { ...form.target, to: "a@x.org, b@x.org" } });
    expect(sent.target).toEqual({ to: ["a@x.org", "b@x.org"] });
    expect(sent.condition).toEqual({ metric: "cost", thresholds: [0.5, 0.8, 1], time_zone: "UTC" });
  });
  it("sends what is no number as it is, for the server to say so", () => {
    const form = emptyForm("error_rate");
    const sent = newRule({ ...form, condition: { ...form.condition, above: "many", min_runs: "few" } });
    expect(sent.condition).toMatchObject({ above: "many", min_runs: "few" });
  });
  it("of a digest names no workflow", () => {
    expect(newRule({ ...emptyForm("digest"), workflow_id: "checkout" }).workflow_id).toBeNull();
  });
  it("begins with what its kind needs", () => {
    for (const kind of KINDS) expect(Object.keys(emptyForm(kind).condition).length).toBeGreaterThan(1);
  });
});

describe("problems", () => {
  const told = [
    { field: "target.to[1]", problem: "must be an address" },
    { field: "alerts", problem: "there are too many" },
  ];
  it("stand at the field that they name, or apart", () => {
    expect(problemAt(told, "target.to")).toBe("must be an address");
    expect(problemAt(told, "target.url")).toBeUndefined();
    expect(otherProblems(told, ["target.to"])).toEqual([told[1]]);
  });
});

describe("a rule in words", () => {
  it("says when it tells, and whom", () => {
    expect(conditionWords(RULE)).toBe("more than 7 % of runs fail within an hour");
    expect(conditionWords({ ...RULE, kind: "absence", condition: { hours: null } })).toBe(
      "silent when it usually runs",
    );
    expect(conditionWords({ ...RULE, kind: "degradation", condition: { min_ratio: 1.5 } })).toBe(
      "at least 1.5 times the level before",
    );
    const monday = { weekday: "monday", hour: 9, time_zone: "Europe/Berlin" };
    expect(conditionWords({ ...RULE, kind: "digest", condition: monday })).toBe(
      "Mondays at 9:00, Europe/Berlin",
    );
    expect(conditionWords({ ...RULE, kind: "budget", condition: { metric: "cost", amount: "250" } })).toBe(
      "$250.00 a month",
    );
    expect(whither(RULE)).toBe("Webhook: hooks.example · signed · quiet from 22:00 to 07:00, Europe/Berlin");
  });
});

describe("settings", () => {
  it("are read in their units", () => {
    expect(valueText("disk_budget", 200_000_000)).toBe("200 MB");
    expect(valueText("cache_timeout_ms", 50)).toBe("50 ms");
    expect(valueText("run_settle_seconds", 10)).toBe("10 s");
    expect(valueText("port", 4318)).toBe("4318");
    expect(valueText("upkeep", false)).toBe("off");
    expect(valueText("cache_ttl_hours", {})).toBe("–");
    expect(valueText("cache_ttl_hours", { llm: 2 })).toBe("llm: 2 h");
    expect(settingText([], "nothing")).toBe("–");
  });
  it("say how much of a budget is used", () => {
    expect(usedShare(50, 200)).toBe(0.25);
    expect(usedShare(500, 200)).toBe(1);
    expect(usedShare(50, null)).toBeNull();
  });
});
