/** How each client is connected, and where this server takes telemetry. */
import { useQuery } from "@tanstack/react-query";

import { settingsInForce } from "@/api/settings";
import { UNKNOWN } from "@/logic/format";
import { strings } from "@/strings";
import { Connect } from "@/ui/connect";
import { Copy } from "@/ui/copy";
import { Panel } from "@/ui/panel";

import { Facts } from "./facts";
import classes from "./settings.module.css";

const words = strings.settings.connect;

export function Connecting() {
  const origin = window.location.origin;
  const settings = useQuery(settingsInForce()).data;
  const grpcPort = settings?.address.grpc_port ?? undefined;
  const grpc = grpcPort === undefined ? null : `http://${window.location.hostname}:${grpcPort}`;
  return (
    <>
      <Panel title={words.addresses}>
        <Facts
          label={words.addresses}
          facts={[
            { name: words.http, value: <Address text={origin} label={words.http} /> },
            {
              name: words.grpc,
              value:
                grpc !== null ? (
                  <Address text={grpc} label={words.grpc} />
                ) : settings ? (
                  words.grpcOff
                ) : (
                  UNKNOWN
                ),
            },
          ]}
        />
      </Panel>
      <Panel title={words.title} hint={words.hint}>
        <Connect origin={origin} grpcPort={grpcPort} />
      </Panel>
    </>
  );
}

function Address({ text, label }: { text: string; label: string }) {
  return (
    <span className={classes.address}>
      <code>{text}</code> <Copy text={text} label={`${strings.common.copy}: ${label}`} />
    </span>
  );
}
