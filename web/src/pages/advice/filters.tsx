/** Only advice of an application, of some severity, or of some kind: in the address. */
import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";

import { apps } from "@/api/live";
import { strings } from "@/strings";

import { CATEGORIES, SEVERITIES } from "./search";

const words = strings.advice;
const ANY = "";

export function Filters() {
  const { severity, category } = useSearch({ strict: false });
  return (
    <>
      <Application />
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

/** There is nothing to choose where there is one application only. */
function Application() {
  const { app } = useSearch({ strict: false });
  const known = useQuery(apps()).data?.items.map((each) => each.app_id) ?? [];
  if (known.length < 2 && app === undefined) return null;
  const names = [...new Set(app === undefined ? known : [...known, app])];
  return (
    <Filter
      name="app"
      label={words.filters.app}
      value={app}
      any={words.filters.allApps}
      choices={names.map((value) => ({ value, label: value }))}
    />
  );
}

interface FilterProps {
  name: "app" | "severity" | "category";
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
      w={name === "app" ? 164 : 132}
      searchable={choices.length > 8}
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
