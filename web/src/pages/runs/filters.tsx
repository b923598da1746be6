/** Which runs are shown: what is chosen here stands in the address. */
import { Button, NumberInput, Select, TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import type { RunFilters } from "@/api/runs";
import { told } from "@/logic/search";
import { localInput, fromLocalInput } from "@/logic/local_time";
import { strings } from "@/strings";

import classes from "./runs.module.css";
import { STATUSES, search } from "./search";

const words = strings.workflow.runs;
const TEXTS = [
  { name: "user", label: words.user },
  { name: "session", label: words.session },
  { name: "tag", label: words.tag },
  { name: "failed_node", label: words.failedNode },
] as const;
const INSTANTS = [
  { name: "since", label: words.since },
  { name: "until", label: words.until },
] as const;
const EXTRA = [...TEXTS, ...INSTANTS].map(({ name }) => name);
const NONE: RunFilters = Object.fromEntries(
  ["status", "slower_than", ...EXTRA].map((name) => [name, undefined]),
);

export function Filters({ asked }: { asked: ReturnType<typeof search> }) {
  const [wanted, setWanted] = useState<RunFilters>(asked);
  const [isOpen, setOpen] = useState(EXTRA.some((name) => asked[name] !== undefined));
  const navigate = useNavigate();
  const apply = (filters: RunFilters) => {
    void navigate({
      to: ".",
      search: (old) => told({ ...old, ...NONE, ...search(filters as Record<string, unknown>) }),
    });
  };
  const change = (part: RunFilters) => {
    setWanted({ ...wanted, ...part });
  };
  return (
    <form
      className={classes.filters}
      data-open={isOpen || undefined}
      aria-label={words.filters}
      onSubmit={(event) => {
        event.preventDefault();
        apply(wanted);
      }}
    >
      <Select
        size="xs"
        label={words.status}
        placeholder={words.anyStatus}
        clearable
        data={STATUSES.map((each) => ({ value: each, label: strings.common.status[each] }))}
        value={wanted.status ?? null}
        onChange={(chosen) => {
          apply({ ...wanted, status: STATUSES.find((each) => each === chosen) });
        }}
      />
      <NumberInput
        size="xs"
        label={words.slowerThan}
        placeholder={words.seconds}
        suffix=" s"
        min={0}
        value={wanted.slower_than ?? ""}
        onChange={(value) => {
          change({ slower_than: value === "" ? undefined : Number(value) });
        }}
      />
      {TEXTS.map(({ name, label }) => (
        <TextInput
          key={name}
          size="xs"
          className={classes.extra ?? ""}
          label={label}
          value={wanted[name] ?? ""}
          onChange={(event) => {
            change({ [name]: event.currentTarget.value || undefined });
          }}
        />
      ))}
      {INSTANTS.map(({ name, label }) => (
        <TextInput
          key={name}
          size="xs"
          className={`${classes.extra ?? ""} ${classes.instant ?? ""}`}
          type="datetime-local"
          label={label}
          value={localInput(wanted[name])}
          onChange={(event) => {
            change({ [name]: fromLocalInput(event.currentTarget.value) });
          }}
        />
      ))}
      <div className={classes.do}>
        <Button
          size="xs"
          variant="subtle"
          className={classes.toggle ?? ""}
          aria-expanded={isOpen}
          onClick={() => {
            setOpen(!isOpen);
          }}
        >
          {isOpen ? words.fewerFilters : words.moreFilters}
        </Button>
        <Button size="xs" type="submit" variant="default">
          {words.apply}
        </Button>
        {Object.keys(asked).length > 0 && (
          <Button
            size="xs"
            variant="subtle"
            onClick={() => {
              apply({});
            }}
          >
            {words.clear}
          </Button>
        )}
      </div>
    </form>
  );
}
