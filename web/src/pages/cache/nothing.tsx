/** No cache is in use: how to begin, looking on first; and what advice knows already. */
import { useQuery } from "@tanstack/react-query";

import { uncachedNodes } from "@/api/cache";
import type { Workflow } from "@/api/queries";
import { SHADOW_SETTING } from "@/logic/cache_snippets";
import { strings } from "@/strings";
import { Code } from "@/ui/copy";
import { Panel } from "@/ui/panel";
import { Empty } from "@/ui/states";

import classes from "./cache.module.css";
import { List } from "./uncached";
import { CacheWays } from "./ways";

const words = strings.cache.nothing;

export function Nothing({ of, days }: { of: Workflow; days: number }) {
  const advised = useQuery(uncachedNodes(of, days)).data?.items ?? [];
  return (
    <>
      {advised.length > 0 && (
        <Panel title={strings.cache.uncached.title} hint={strings.cache.uncached.hint} flush>
          <List of={of} items={advised} />
        </Panel>
      )}
      <Panel title={strings.cache.title}>
        <Empty title={words.title}>{words.text}</Empty>
        <div className={classes.begin}>
          <h3>{words.first}</h3>
          <Code text={SHADOW_SETTING} label={words.shadowLabel} />
          <h3>{words.then}</h3>
          <CacheWays
            wanted={{
              ...{ app: of.app_id, workflow: of.workflow_id, mode: "on", nodeType: "llm" },
              ...{
                node: advised[0]?.node_id ?? words.yourNode,
                ttlHours: null,
                server: window.location.origin,
              },
            }}
          />
        </div>
      </Panel>
    </>
  );
}
