/** Everything that can be set: what it is, what it would be, and what it means. */
import { Switch, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import type { Setting } from "@/api/answers";
import { settingsInForce } from "@/api/settings";
import { valueText } from "@/logic/settings";
import { strings } from "@/strings";
import { Tag } from "@/ui/marks";
import { Panel } from "@/ui/panel";
import { Empty, Shown } from "@/ui/states";
import { Table } from "@/ui/table";

import classes from "./settings.module.css";

const words = strings.settings.all;

export function AllSettings() {
  const query = useQuery(settingsInForce());
  const [sought, setSought] = useState("");
  const [isOnlyChanged, setOnlyChanged] = useState(false);
  return (
    <Panel
      title={words.title}
      hint={words.hint}
      flush
      actions={
        <>
          <Switch
            size="xs"
            label={words.onlyChanged}
            checked={isOnlyChanged}
            onChange={(event) => {
              setOnlyChanged(event.currentTarget.checked);
            }}
          />
          <TextInput
            size="xs"
            aria-label={words.find}
            placeholder={words.find}
            value={sought}
            onChange={(event) => {
              setSought(event.currentTarget.value);
            }}
          />
        </>
      }
    >
      <Shown query={query} height={600}>
        {({ items }) => (
          <Listed
            items={items.filter((each) => isFound(each, sought) && !(isOnlyChanged && each.is_default))}
          />
        )}
      </Shown>
    </Panel>
  );
}

function isFound(setting: Setting, sought: string): boolean {
  return `${setting.variable} ${setting.description}`.toLowerCase().includes(sought.trim().toLowerCase());
}

function Listed({ items }: { items: readonly Setting[] }) {
  if (items.length === 0) return <Empty title={words.none} />;
  return (
    <Table
      label={words.title}
      rows={items}
      keyOf={(each) => each.name}
      columns={[
        { id: "variable", title: words.variable, cell: (each) => <code>{each.variable}</code> },
        { id: "value", title: words.value, cell: (each) => <Value setting={each} /> },
        {
          id: "default",
          title: words.standard,
          cell: (each) => <span className="lp-dim">{valueText(each.name, each.default)}</span>,
        },
        {
          id: "meaning",
          title: words.meaning,
          cell: (each) => <Meaning text={each.description} />,
        },
      ]}
    />
  );
}

/** A sentence with code in it, between backticks. */
function Meaning({ text }: { text: string }) {
  const parts = text.split("`");
  return (
    <span className={classes.meaning}>
      {parts.map((part, place) => (place % 2 === 1 ? <code key={place}>{part}</code> : part))}
    </span>
  );
}

function Value({ setting }: { setting: Setting }) {
  return (
    <span className={classes.value}>
      {valueText(setting.name, setting.value)} {!setting.is_default && <Tag>{words.changed}</Tag>}
    </span>
  );
}
