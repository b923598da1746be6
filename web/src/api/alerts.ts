/** Alert rules: listed, made, changed, tried out, removed; and what was told by them. */
import { queryOptions } from "@tanstack/react-query";

import type { AlertRuleChange, NewAlertRule } from "./answers";
import { get, patch, post, remove } from "./client";

export const alertRules = () =>
  queryOptions({ queryKey: ["alerts"], queryFn: ({ signal }) => get("/alerts", { signal }) });

export const deliveries = (rule_id: string) =>
  queryOptions({
    queryKey: ["alerts", rule_id, "deliveries"],
    queryFn: ({ signal }) =>
      get("/alerts/{rule_id}/deliveries", { path: { rule_id }, query: { limit: 20 }, signal }),
  });

export const createRule = (rule: NewAlertRule) => post("/alerts", { body: rule });

export const changeRule = (rule_id: string, change: AlertRuleChange) =>
  patch("/alerts/{rule_id}", { path: { rule_id }, body: change });

export const deleteRule = (rule_id: string) => remove("/alerts/{rule_id}", { path: { rule_id } });

export const testRule = (rule_id: string) => post("/alerts/{rule_id}/test", { path: { rule_id } });
