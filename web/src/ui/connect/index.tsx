/** How to send telemetry to this server: choose a client, copy what it needs. The address is the one this page came from. */
import { NativeSelect, UnstyledButton } from "@mantine/core";
import { useState } from "react";

import { CLIENTS, isLoopback, type ClientId } from "@/logic/connect";
import { steps } from "@/logic/connect_code";
import { strings } from "@/strings";

import { Code } from "../copy";
import classes from "./connect.module.css";

const words = strings.connect;

interface ConnectProps {
  /** Where the server is reached: `window.location.origin`. */
  origin: string;
  /** Where it takes OTLP over gRPC, where that is known. */
  grpcPort?: number | undefined;
}

export function Connect({ origin, grpcPort }: ConnectProps) {
  const [client, setClient] = useState<ClientId>("langgraph");
  return (
    <div className={classes.connect}>
      <Clients chosen={client} choose={setClient} />
      <Steps key={client} client={client} origin={origin} grpcPort={grpcPort} />
    </div>
  );
}

function Clients({ chosen, choose }: { chosen: ClientId; choose: (client: ClientId) => void }) {
  return (
    <>
      <div role="group" aria-label={words.choose} className={classes.clients}>
        {CLIENTS.map((each) => (
          <UnstyledButton
            key={each}
            className={classes.client}
            aria-pressed={each === chosen}
            onClick={() => {
              choose(each);
            }}
          >
            {words.clients[each]}
          </UnstyledButton>
        ))}
      </div>
      <NativeSelect
        className={classes.select ?? ""}
        label={words.choose}
        value={chosen}
        data={CLIENTS.map((each) => ({ value: each, label: words.clients[each] }))}
        onChange={(event) => {
          choose(event.currentTarget.value as ClientId);
        }}
      />
    </>
  );
}

function Steps({ client, origin, grpcPort }: ConnectProps & { client: ClientId }) {
  const [now] = useState(() => new Date());
  return (
    <div className={classes.steps}>
      <p className={classes.note}>{words.notes[client]}</p>
      <ol>
        {steps(client, { origin, grpcPort, now }).map(({ kind, text }) => {
          const title = words.stepsOf[client]?.[kind] ?? words.steps[kind];
          return (
            <li key={kind}>
              <h3>{title}</h3>
              <Code text={text} label={words.code(words.clients[client], title)} />
            </li>
          );
        })}
      </ol>
      {isLoopback(origin) && <p className={classes.note}>{words.loopback(origin)}</p>}
    </div>
  );
}
