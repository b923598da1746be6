/** A rule as a form. The server checks; what it finds is shown at the field that it names. */
import { Button, MultiSelect, Switch, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { changeRule, createRule } from "@/api/alerts";
import type { AlertRule } from "@/api/answers";
import { ProblemError } from "@/api/client";
import {
  METRICS,
  changeOf,
  emptyForm,
  formOf,
  newRule,
  otherProblems,
  problemAt,
  type RuleForm,
} from "@/logic/alerts";
import { strings } from "@/strings";

import classes from "../settings.module.css";
import { ConditionFields } from "./condition";
import { Subject } from "./subject";
import { TargetFields } from "./target";

const words = strings.settings.alerts.form;

/** What a part of the form shows, and how it says what was changed in it. */
export interface PartProps {
  form: RuleForm;
  isNew: boolean;
  change: (part: Partial<RuleForm>) => void;
  /** What is wrong with a field, by the server's name. */
  problem: (field: string) => string | undefined;
}

interface EditorProps {
  /** The rule that is changed; null: a new one. */
  rule: AlertRule | null;
  done: () => void;
}

export function RuleEditor({ rule, done }: EditorProps) {
  const [form, setForm] = useState(() => (rule ? formOf(rule) : emptyForm()));
  const client = useQueryClient();
  const saved = useMutation({
    mutationFn: () => (rule ? changeRule(rule.id, changeOf(form)) : createRule(newRule(form))),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["alerts"] });
      done();
    },
  });
  const problems = saved.error instanceof ProblemError ? saved.error.fields : [];
  const part: PartProps = {
    form,
    isNew: rule === null,
    change: (changed) => {
      setForm((old) => ({ ...old, ...changed }));
    },
    problem: (field) => problemAt(problems, field),
  };
  return (
    <form
      noValidate
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        saved.mutate();
      }}
    >
      <Subject {...part} />
      {form.kind === "degradation" && <Metrics {...part} />}
      <ConditionFields {...part} />
      <TargetFields {...part} />
      <Quiet {...part} />
      <Others error={saved.error} form={form} />
      <div className={classes.buttons}>
        <Button variant="subtle" color="gray" size="xs" onClick={done}>
          {words.cancel}
        </Button>
        <Button type="submit" variant="default" size="xs" loading={saved.isPending}>
          {words.save}
        </Button>
      </div>
    </form>
  );
}

function Metrics({ form, change, problem }: PartProps) {
  return (
    <MultiSelect
      className={classes.whole ?? ""}
      label={words.metrics}
      description={words.metricsHint}
      data={METRICS.map((each) => ({ value: each, label: strings.settings.alerts.metrics[each] }))}
      value={[...form.metrics]}
      error={problem("condition.metrics")}
      onChange={(metrics) => {
        change({ metrics });
      }}
    />
  );
}

const NIGHT = { start: "22:00", end: "07:00" };

function Quiet({ form: { quiet }, change, problem }: PartProps) {
  const field = (name: "start" | "end" | "time_zone", label: string) =>
    quiet && (
      <TextInput
        label={label}
        value={quiet[name]}
        error={problem(`quiet_hours.${name}`)}
        onChange={(event) => {
          change({ quiet: { ...quiet, [name]: event.currentTarget.value } });
        }}
      />
    );
  return (
    <>
      <Switch
        className={classes.whole ?? ""}
        label={words.quiet}
        checked={quiet !== null}
        onChange={(event) => {
          const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
          change({ quiet: event.currentTarget.checked ? { ...NIGHT, time_zone: zone } : null });
        }}
      />
      {field("start", words.quietStart)}
      {field("end", words.quietEnd)}
      {field("time_zone", words.zone)}
    </>
  );
}

/** What is wrong, but with no field that is shown. */
function Others({ error, form }: { error: Error | null; form: RuleForm }) {
  if (!error) return null;
  const fields = error instanceof ProblemError ? error.fields : [];
  const shown = [
    ...["name", "app_id", "workflow_id", "kind", "channel", "target.url", "target.secret", "target.to"],
    ...["condition.metrics", "quiet_hours.start", "quiet_hours.end", "quiet_hours.time_zone"],
    ...Object.keys(form.condition).map((name) => `condition.${name}`),
  ];
  const others = otherProblems(fields, shown);
  const said = fields.length === 0 ? [error.message] : others.map((each) => `${each.field}: ${each.problem}`);
  return said.length === 0 ? null : (
    <p role="alert" className={`${classes.whole ?? ""} ${classes.bad ?? ""}`}>
      {said.join("; ")}
    </p>
  );
}
