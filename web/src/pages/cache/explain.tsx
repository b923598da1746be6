/** One key: whether there is a result under it, what it is made of, and why nodes ran past the cache. */
import { Button, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";

import { keyExplanation, type KeyExplanation } from "@/api/cache";
import type { Workflow } from "@/api/queries";
import { bytes, count, duration } from "@/logic/format";
import { instant } from "@/logic/time";
import { strings } from "@/strings";
import { Panel } from "@/ui/panel";
import { Shown } from "@/ui/states";

import { reasonOf } from "./bypassed";
import classes from "./cache.module.css";

const words = strings.cache.explain;

export function Explain({ of }: { of: Workflow }) {
  const { key } = useSearch({ from: "/w/$app/$workflow/cache" });
  const navigate = useNavigate({ from: "/w/$app/$workflow/cache" });
  const [typed, type] = useState(key ?? "");
  return (
    <Panel title={words.title} hint={words.hint}>
      <form
        className={classes.explain}
        onSubmit={(event) => {
          event.preventDefault();
          const asked = typed.trim();
          const search = <O extends object>(old: O) => ({ ...old, key: asked });
          if (asked) void navigate({ search, replace: true, resetScroll: false });
        }}
      >
        <TextInput
          size="xs"
          label={words.key}
          placeholder={words.placeholder}
          value={typed}
          maxLength={255}
          spellCheck={false}
          autoComplete="off"
          classNames={{ input: "lp-mono" }}
          onChange={(event) => {
            type(event.currentTarget.value);
          }}
        />
        <Button size="xs" type="submit" variant="default" disabled={typed.trim() === ""}>
          {words.button}
        </Button>
      </form>
      {key !== undefined && <Explained of={of} asked={key} />}
    </Panel>
  );
}

function Explained({ of, asked }: { of: Workflow; asked: string }) {
  const query = useQuery(keyExplanation(of, asked));
  return (
    <div aria-live="polite">
      <Shown query={query} height={90}>
        {(found) => <Told found={found} />}
      </Shown>
    </div>
  );
}

function Told({ found }: { found: KeyExplanation }) {
  const parts = Object.entries(found.parts);
  const bypassed = Object.entries(found.bypassed).map(([reason, n]) => `${reasonOf(reason)} (${count(n)})`);
  return (
    <div className={classes.told}>
      <p>
        <strong>{words.states[found.state] ?? found.state}</strong>
      </p>
      {found.state !== "absent" && <Facts found={found} />}
      {parts.length > 0 && (
        <>
          <h3>{words.parts}</h3>
          <dl className={classes.facts}>
            {parts.map(([name, value]) => (
              <div key={name}>
                <dt className="lp-mono">{name}</dt>
                <dd className="lp-mono">{value}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
      <p className="lp-dim">
        {bypassed.length > 0 ? `${words.bypassed} ${bypassed.join(", ")}.` : words.bypassedNone}
      </p>
    </div>
  );
}

function Facts({ found }: { found: KeyExplanation }) {
  const facts: [string, string][] = [
    [words.node, [found.node_id, found.node_type].filter(Boolean).join(" · ") || strings.common.unknown],
    [words.class, strings.cache.classes[found.node_class ?? ""]?.[0] ?? found.node_class ?? ""],
    [words.created, instant(found.created_at)],
    [words.expires, instant(found.expires_at)],
    [words.size, bytes(found.size_bytes)],
    [words.hits, count(found.hit_count)],
    [words.saved, duration(found.time_saved)],
  ];
  return (
    <dl className={classes.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
