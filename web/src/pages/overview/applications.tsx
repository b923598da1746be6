/** Whose workflows are looked at: in the address. */
import { Select } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";

import { told } from "@/logic/search";
import { strings } from "@/strings";

const words = strings.overview.apps;

/** Its place is held until it is known whether there is a choice, so that nothing moves then. */
export function Applications({ known }: { known: readonly string[] | undefined }) {
  const { app } = useSearch({ strict: false });
  const navigate = useNavigate();
  if (known !== undefined && known.length < 2 && app === undefined) return null;
  const choices = [...new Set([...(known ?? []), ...(app === undefined ? [] : [app])])];
  return (
    <Select
      size="xs"
      w={180}
      disabled={known === undefined}
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
