/** Whose workflows are looked at: in the address. */
import { Select } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";

import { told } from "@/logic/search";
import { strings } from "@/strings";

const words = strings.overview.apps;

export function Applications({ known }: { known: readonly string[] }) {
  const { app } = useSearch({ strict: false });
  const navigate = useNavigate();
  if (known.length < 2 && app === undefined) return null;
  const choices = [...new Set(app === undefined ? known : [...known, app])];
  return (
    <Select
      size="xs"
      w={180}
      searchable={choices.length > 8}
      clearable
      aria-label={words.label}
      placeholder={words.all}
      clearButtonProps={{ "aria-label": words.all }}
      data={choices}
      value={app ?? null}
      onChange={(chosen) => {
        void navigate({ to: ".", search: (old) => told({ ...old, app: chosen ?? undefined }) });
      }}
    />
  );
}
