/** Only advice of some severity, or of some kind: in the address. */
import { Select } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";

import { strings } from "@/strings";

import { CATEGORIES, SEVERITIES } from "./search";

const words = strings.advice;
const ANY = "";

export function Filters() {
  const { severity, category } = useSearch({ strict: false });
  return (
    <>
      <Filter
        name="severity"
        label={words.filters.severity}
        value={severity}
        any={words.filters.any}
        choices={SEVERITIES.map((value) => ({ value, label: strings.common.severity[value] }))}
      />
      <Filter
        name="category"
        label={words.filters.category}
        value={category}
        any={words.filters.all}
        choices={CATEGORIES.map((value) => ({ value, label: words.categories[value] }))}
      />
    </>
  );
}

interface FilterProps {
  name: "severity" | "category";
  label: string;
  value: string | undefined;
  any: string;
  choices: { value: string; label: string }[];
}

function Filter({ name, label, value, any, choices }: FilterProps) {
  const navigate = useNavigate();
  return (
    <Select
      size="xs"
      w={132}
      aria-label={label}
      allowDeselect={false}
      data={[{ value: ANY, label: any }, ...choices]}
      value={value ?? ANY}
      onChange={(chosen) => {
        void navigate({
          to: ".",
          search: (old) => ({ ...old, [name]: chosen === ANY ? undefined : chosen, id: undefined }) as never,
          replace: true,
        });
      }}
    />
  );
}
