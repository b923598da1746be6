/** What a rule is called, what it watches and of what: only the name may change later. */
import { Autocomplete, NativeSelect, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { apps, workflowsOf } from "@/api/live";
import { KINDS, begun, type Kind } from "@/logic/alerts";
import { strings } from "@/strings";

import classes from "../settings.module.css";
import type { PartProps } from "./editor";

const { form: words, kinds, kindHints } = strings.settings.alerts;

export function Subject({ form, isNew, change, problem }: PartProps) {
  return (
    <>
      <TextInput
        data-autofocus
        className={classes.whole ?? ""}
        label={words.name}
        value={form.name}
        error={problem("name")}
        onChange={(event) => {
          change({ name: event.currentTarget.value });
        }}
      />
      <NativeSelect
        className={classes.whole ?? ""}
        label={words.kind}
        description={kindHints[form.kind]}
        disabled={!isNew}
        value={form.kind}
        error={problem("kind")}
        data={KINDS.map((each) => ({ value: each, label: kinds[each] }))}
        onChange={(event) => {
          const kind = event.currentTarget.value as Kind;
          change({ kind, condition: begun(kind), metrics: [] });
        }}
      />
      <Where form={form} isNew={isNew} change={change} problem={problem} />
    </>
  );
}

function Where({ form, isNew, change, problem }: PartProps) {
  const known = useQuery(apps()).data?.items.map((each) => each.app_id) ?? [];
  const isKnown = known.includes(form.app_id);
  const workflows = useQuery({ ...workflowsOf(form.app_id), enabled: isKnown }).data?.items ?? [];
  return (
    <>
      <Autocomplete
        label={words.app}
        disabled={!isNew}
        data={known}
        value={form.app_id}
        error={problem("app_id")}
        onChange={(app_id) => {
          change({ app_id });
        }}
      />
      {form.kind !== "digest" && (
        <Autocomplete
          label={words.workflow}
          description={words.workflowHint}
          inputWrapperOrder={["label", "input", "description", "error"]}
          disabled={!isNew}
          data={isKnown ? workflows.map((each) => each.workflow_id) : []}
          value={form.workflow_id}
          error={problem("workflow_id")}
          onChange={(workflow_id) => {
            change({ workflow_id });
          }}
        />
      )}
    </>
  );
}
