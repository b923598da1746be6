import { Autocomplete, Checkbox, Select, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { servedNodes } from "@/api/cache";
import type { Workflow } from "@/api/queries";
import { hours, type Form } from "@/logic/cache_criteria";
import { strings } from "@/strings";
import { useDays } from "@/ui/period";

import classes from "./cache.module.css";

const words = strings.cache.invalidate;

interface FormProps {
  of: Workflow;
  types: readonly string[];
  form: Form;
  change: (form: Form) => void;
}

export function CriteriaForm({ of, types, form, change }: FormProps) {
  const served = useQuery(servedNodes(of, useDays(), "hits")).data?.items ?? [];
  const nodes = [...new Set(served.map((each) => each.node_id))].filter(Boolean);
  const isWrong = form.olderThanHours.trim() !== "" && hours(form.olderThanHours) === null;
  const say = (said: Partial<Form>) => {
    change({ ...form, ...said });
  };
  const off = { size: "xs", disabled: form.everything } as const;
  return (
    <div className={classes.criteria}>
      <Select
        {...off}
        label={words.type}
        placeholder={words.any}
        clearable
        data={types}
        value={form.nodeType || null}
        onChange={(chosen) => {
          say({ nodeType: chosen ?? "" });
        }}
      />
      <Autocomplete
        {...off}
        label={words.node}
        placeholder={words.any}
        data={nodes}
        maxLength={255}
        value={form.nodeId}
        onChange={(typed) => {
          say({ nodeId: typed });
        }}
      />
      <TextInput
        {...off}
        label={words.older}
        placeholder={words.any}
        inputMode="decimal"
        error={isWrong && words.olderWrong}
        rightSection={<span className={classes.unit}>{words.olderHint}</span>}
        rightSectionWidth={48}
        value={form.olderThanHours}
        onChange={(event) => {
          say({ olderThanHours: event.currentTarget.value });
        }}
      />
      <TextInput
        {...off}
        label={words.tag}
        placeholder={words.any}
        maxLength={255}
        value={form.tag}
        onChange={(event) => {
          say({ tag: event.currentTarget.value });
        }}
      />
      <TextInput
        {...off}
        className={classes.wide ?? ""}
        label={words.key}
        placeholder={words.any}
        maxLength={255}
        spellCheck={false}
        value={form.key}
        onChange={(event) => {
          say({ key: event.currentTarget.value });
        }}
      />
      <Checkbox
        size="xs"
        className={classes.wide ?? ""}
        label={words.everything}
        checked={form.everything}
        onChange={(event) => {
          say({ everything: event.currentTarget.checked });
        }}
      />
    </div>
  );
}
