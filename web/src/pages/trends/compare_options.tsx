/** Filters of both sides, and how the comparison is meant: out of the way until they are wanted. */
import { Collapse, NumberInput, Select, Switch, TextInput, UnstyledButton } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { useState } from "react";

import {
  FILTERS,
  SIDES,
  STATUSES,
  filterCount,
  sideOf,
  type Filter,
  type SideKey,
} from "@/logic/compare_sides";
import { strings } from "@/strings";

import { useAsk, useAsked } from "./address";
import classes from "./compare.module.css";

const words = strings.trends.compare.sides;

export function Options() {
  const address = useAsked();
  const set =
    filterCount(sideOf(address, "a")) +
    filterCount(sideOf(address, "b")) +
    Number(address.repeated !== undefined) +
    Number(address.expected !== undefined);
  const [isOpen, setOpen] = useState(set > 0);
  return (
    <div className={classes.options}>
      <UnstyledButton
        className={classes.more}
        aria-expanded={isOpen}
        onClick={() => {
          setOpen(!isOpen);
        }}
      >
        <IconChevronRight size={14} data-open={isOpen || undefined} aria-hidden="true" />
        {set > 0 ? words.filtersOn(set) : words.filters}
      </UnstyledButton>
      <Collapse expanded={isOpen}>
        {isOpen && (
          <>
            {SIDES.map((side) => (
              <div key={side} className={classes.filters}>
                <span className={classes.letter} data-side={side} aria-hidden="true">
                  {side.toUpperCase()}
                </span>
                {FILTERS.map((filter) => (
                  <FilterField key={filter} side={side} filter={filter} />
                ))}
              </div>
            ))}
            <Meant />
          </>
        )}
      </Collapse>
    </div>
  );
}

/** What is typed counts once one leaves the field or confirms it. */
function FilterField({ side, filter }: { side: SideKey; filter: Filter }) {
  const name = `${side}_${filter}` as const;
  const value = useAsked()[name];
  const ask = useAsk();
  const label = `${side.toUpperCase()}: ${words.filter[filter]}`;
  const [typed, setTyped] = useState(value ?? "");
  const [told, setTold] = useState(value);
  if (told !== value) {
    setTold(value); // swapped, or one went back
    setTyped(value ?? "");
  }
  if (filter === "status")
    return (
      <Select
        size="xs"
        aria-label={label}
        allowDeselect={false}
        data={[
          { value: "", label: `${words.filter.status}: ${words.anyStatus}` },
          ...STATUSES.map((each) => ({ value: each, label: strings.common.status[each] })),
        ]}
        value={value ?? ""}
        onChange={(chosen) => {
          ask({ [name]: chosen === null || chosen === "" ? undefined : chosen }, true);
        }}
      />
    );
  const say = () => {
    if (typed !== (value ?? "")) ask({ [name]: typed === "" ? undefined : typed }, true);
  };
  return (
    <TextInput
      size="xs"
      aria-label={label}
      placeholder={words.filter[filter]}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
      }}
      onBlur={say}
      onKeyDown={(event) => {
        if (event.key === "Enter") say();
      }}
    />
  );
}

function Meant() {
  const { repeated, expected } = useAsked();
  const ask = useAsk();
  return (
    <div className={classes.meant}>
      <Switch
        size="xs"
        label={words.repeated}
        description={words.repeatedHint}
        checked={repeated === "true"}
        onChange={(event) => {
          ask({ repeated: event.currentTarget.checked ? "true" : undefined }, true);
        }}
      />
      <NumberInput
        size="xs"
        w={300}
        label={words.expected}
        description={words.expectedHint}
        min={1}
        max={99}
        allowDecimal={false}
        value={expected ?? ""}
        onChange={(value) => {
          ask({ expected: typeof value === "number" && value >= 1 && value <= 99 ? value : undefined });
        }}
      />
    </div>
  );
}
