/** What the cache of a workflow brings, what it could bring, and taking out what is wrong. */
import { useQuery } from "@tanstack/react-query";

import { cacheStatistics, type CacheStatistics } from "@/api/cache";
import { strings } from "@/strings";
import { Columns } from "@/ui/page";
import { useDays } from "@/ui/period";
import { Shown } from "@/ui/states";
import { useWorkflow } from "@/ui/use_workflow";
import { WorkflowFrame } from "@/ui/workflow_frame";

import { Bypassed } from "./bypassed";
import { Explain } from "./explain";
import { CacheFigures } from "./figures";
import { History } from "./history";
import { Invalidate } from "./invalidate";
import { Nothing } from "./nothing";
import { NodeTypes } from "./node_types";
import { Served } from "./served";
import { Uncached } from "./uncached";

export default function Cache() {
  const of = useWorkflow();
  const days = useDays();
  const asked = useQuery(cacheStatistics(of, days));
  return (
    <WorkflowFrame of={of}>
      <h2 className="lp-hidden">{strings.cache.title}</h2>
      <Shown query={asked} height={420}>
        {(found) =>
          isUnused(found) ? <Nothing of={of} days={days} /> : <Used of={of} days={days} {...{ found }} />
        }
      </Shown>
    </WorkflowFrame>
  );
}

interface UsedProps {
  of: { app_id: string; workflow_id: string };
  days: number;
  found: CacheStatistics;
}

function Used({ of, days, found }: UsedProps) {
  return (
    <>
      <CacheFigures found={found} />
      <History found={found} />
      <Uncached of={of} days={days} />
      <Columns least={620}>
        <Served of={of} days={days} />
        <NodeTypes found={found} />
      </Columns>
      <Bypassed found={found} />
      <Columns least={440}>
        <Invalidate of={of} found={found} />
        <Explain of={of} />
      </Columns>
    </>
  );
}

/** Nobody asked, nobody looked on, and nothing is held. */
function isUnused(found: CacheStatistics): boolean {
  const asked = found.hits + found.misses + found.coalesced + found.stale + found.stores + found.errors;
  return asked === 0 && found.entries === 0 && found.shadow === null && found.previous === null;
}
