/** Nothing has arrived yet: how to send the first trace. The question behind it is asked again every two seconds. */
import { useQuery } from "@tanstack/react-query";

import { settingsInForce } from "@/api/settings";
import { strings } from "@/strings";
import { Connect } from "@/ui/connect";
import { Page } from "@/ui/page";
import { Panel } from "@/ui/panel";

import classes from "./first.module.css";

const words = strings.overview.first;

export function Onboarding() {
  const grpcPort = useQuery(settingsInForce()).data?.address.grpc_port ?? undefined;
  return (
    <Page title={strings.overview.title}>
      <div className={classes.head}>
        <h2>{words.title}</h2>
        <p>{words.text}</p>
        <p role="status" className={classes.waiting}>
          <span aria-hidden="true" className={classes.dot} />
          {words.waiting}
        </p>
      </div>
      <Panel title={words.connect}>
        <Connect origin={window.location.origin} grpcPort={grpcPort} />
      </Panel>
    </Page>
  );
}
