/** What the chosen kind of rule asks for. */
import { NativeSelect, TextInput } from "@mantine/core";

import { CONDITIONS, WEEKDAYS, type ConditionField } from "@/logic/alerts";
import { strings } from "@/strings";

import type { PartProps } from "./editor";

const words = strings.settings.alerts;

export function ConditionFields(part: PartProps) {
  return CONDITIONS[part.form.kind].map((field) => <Field key={field.name} field={field} {...part} />);
}

function Field({ field, form, change, problem }: PartProps & { field: ConditionField }) {
  const { name, how } = field;
  const [label, hint] = words.fields[name] ?? [name, ""];
  const value = form.condition[name] ?? "";
  const error = problem(`condition.${name}`);
  const set = (text: string) => {
    change({ condition: { ...form.condition, [name]: text } });
  };
  if (how === "metric" || how === "weekday")
    return (
      <NativeSelect
        label={label}
        value={value}
        error={error}
        data={
          how === "metric"
            ? Object.entries(words.budgets).map(([each, title]) => ({ value: each, label: title }))
            : WEEKDAYS.map((each) => ({ value: each, label: words.weekdays[each] }))
        }
        onChange={(event) => {
          set(event.currentTarget.value);
        }}
      />
    );
  return (
    <TextInput
      label={label}
      description={hint || undefined}
      inputWrapperOrder={["label", "input", "description", "error"]}
      inputMode={how === "text" || how === "percents" ? "text" : "decimal"}
      value={value}
      error={error}
      onChange={(event) => {
        set(event.currentTarget.value);
      }}
    />
  );
}
