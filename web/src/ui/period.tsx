/** How far back figures look: in the address, so that a link shows the same. */
import { Select } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";

import { DEFAULT_DAYS, PERIODS } from "@/logic/search";
import { strings } from "@/strings";

/** The days that the address asks for. */
export function useDays(): number {
  const { days } = useSearch({ strict: false });
  return days ?? DEFAULT_DAYS;
}

export function Period() {
  const days = useDays();
  const navigate = useNavigate();
  const choices = [...new Set([...PERIODS, days])].toSorted((a, b) => a - b);
  return (
    <Select
      size="xs"
      w={120}
      aria-label={strings.common.period.label}
      allowDeselect={false}
      data={choices.map((each) => ({ value: String(each), label: strings.common.period.days(each) }))}
      value={String(days)}
      onChange={(chosen) => {
        void navigate({ to: ".", search: (old) => ({ ...old, days: Number(chosen) }), replace: true });
      }}
    />
  );
}
