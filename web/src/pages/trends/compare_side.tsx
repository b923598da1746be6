/** One side: a version, a time, filters. */
import { Select, TextInput } from "@mantine/core";

import type { ComparedSide } from "@/api/answers";
import {
  fromLocal,
  hasPeriod,
  inAddress,
  toLocal,
  areAlike,
  without,
  type Side,
  type SideKey,
} from "@/logic/compare_sides";
import { count } from "@/logic/format";
import { moment } from "@/logic/time";
import { strings } from "@/strings";
import { useDays } from "@/ui/period";

import { useAsk } from "./address";
import classes from "./compare.module.css";

const words = strings.trends.compare.sides;
const DAYS = [1, 7, 30, 90] as const;

interface SideCardProps {
  which: SideKey;
  side: Side;
  other: Side;
  versions: readonly string[];
  found: ComparedSide | undefined;
}

export function SideCard({ which, side, other, versions, found }: SideCardProps) {
  const ask = useAsk();
  const set = (said: Side) => {
    ask(inAddress(which, said), true);
  };
  const offered = [...new Set([...versions, ...(side.version === undefined ? [] : [side.version])])];
  return (
    <fieldset className={classes.side} data-side={which}>
      <legend>
        <span className={classes.letter} aria-hidden="true">
          {which.toUpperCase()}
        </span>
        <span className="lp-hidden">{words[which]}</span>
        <span aria-hidden="true">{words[which].slice(3)}</span>
      </legend>
      <div className={classes.fields}>
        <Select
          size="xs"
          label={words.version}
          searchable
          allowDeselect={false}
          data={[
            { value: "", label: words.anyVersion },
            ...offered.map((each) => ({ value: each, label: each })),
          ]}
          value={side.version ?? ""}
          onChange={(chosen) => {
            set(saying(side, "version", chosen ?? ""));
          }}
        />
        <When which={which} side={side} other={other} set={set} />
      </div>
      {side.since !== undefined && <FromTo side={side} set={set} />}
      <p className={classes.came}>
        {found
          ? `${moment(found.since)} – ${isNow(found.until) ? words.now : moment(found.until)} · ${strings.trends.compare.verdict.runs(count(found.run_count))}${found.compared < found.run_count ? `, ${strings.trends.compare.compared(count(found.compared))}` : ""}`
          : " "}
      </p>
    </fieldset>
  );
}

const JUST_NOW_MS = 300_000;
const isNow = (instant: string): boolean => Date.now() - Date.parse(instant) < JUST_NOW_MS;

/** The side with a part said anew; empty takes it away. */
function saying(side: Side, part: "version" | "until", value: string): Side {
  const rest = Object.fromEntries(Object.entries(side).filter(([name]) => name !== part));
  return value === "" ? rest : { ...rest, [part]: value };
}

interface WhenProps {
  which: SideKey;
  side: Side;
  other: Side;
  set: (said: Side) => void;
}

/** Days up to now, from an instant to another, or nothing: then the address's days, or what the other side says. */
function When({ which, side, other, set }: WhenProps) {
  const days = useDays();
  const implied = impliedWords(which, side, other, days);
  const chosen = side.since === undefined ? (side.days ?? "") : "own";
  const some = [...new Set([...DAYS.map(String), ...(side.days === undefined ? [] : [side.days])])];
  return (
    <Select
      size="xs"
      label={words.when}
      allowDeselect={false}
      data={[
        { value: "", label: implied },
        ...some.map((each) => ({ value: each, label: words.last(Number(each)) })),
        { value: "own", label: words.own },
      ]}
      value={chosen}
      onChange={(value) => {
        if (value === null) return;
        if (value === "own") set({ ...without(side), ...aWeek() });
        else set(value === "" ? without(side) : { ...without(side), days: value });
      }}
    />
  );
}

function impliedWords(which: SideKey, side: Side, other: Side, days: number): string {
  if (areAlike(side, other)) return which === "a" ? words.beforeB : words.last(days);
  return hasPeriod(other) ? words.sameAs : words.last(days);
}

/** The last seven full days, to begin with. */
function aWeek(): Side {
  const until = new Date();
  until.setHours(0, 0, 0, 0);
  const since = new Date(until);
  since.setDate(since.getDate() - 7);
  return { since: since.toISOString(), until: until.toISOString() };
}

function FromTo({ side, set }: { side: Side; set: (said: Side) => void }) {
  return (
    <div className={classes.fields}>
      <TextInput
        size="xs"
        type="datetime-local"
        label={words.from}
        value={toLocal(side.since)}
        onChange={(event) => {
          const since = fromLocal(event.currentTarget.value);
          if (since !== undefined) set({ ...side, since });
        }}
      />
      <TextInput
        size="xs"
        type="datetime-local"
        label={words.to}
        value={toLocal(side.until)}
        onChange={(event) => {
          const until = fromLocal(event.currentTarget.value);
          set(saying(side, "until", until ?? ""));
        }}
      />
    </div>
  );
}
