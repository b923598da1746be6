/** How figures went: any metric, line by line, with what happened beside it; below, what is to come and what changed. */
import { useQuery } from "@tanstack/react-query";

import { customMetrics, trendLines } from "@/api/trends";
import type { Workflow } from "@/api/queries";
import { fitting, stretchOf } from "@/logic/trend_lines";
import { isZone } from "@/logic/trend_zone";
import { useDays } from "@/ui/period";

import { useAsked } from "./address";
import { Changes } from "./changes";
import { Controls } from "./controls";
import { Outlook } from "./outlook";
import { TrendPanel } from "./trend_panel";

export function TrendsPart({ of }: { of: Workflow }) {
  const asked = useAsked();
  const days = useDays();
  const own = useQuery(customMetrics(of));
  const custom = own.data?.items ?? [];
  const names = custom.map((each) => each.name);
  const metric = fitting(asked.metric, asked.by, names);
  const period = stretchOf(days, asked.each);
  const tz = asked.tz !== undefined && isZone(asked.tz) ? asked.tz : "UTC";
  const series = useQuery(trendLines(of, { metric, period, days, by: asked.by ?? null, tz }));
  return (
    <>
      <TrendPanel
        of={of}
        query={series}
        metric={metric}
        period={period}
        days={days}
        controls={<Controls metric={metric} period={period} tz={tz} custom={names} series={series.data} />}
      />
      {asked.forecast !== undefined && <Outlook of={of} metric={asked.forecast} days={days} />}
      <Changes of={of} />
    </>
  );
}
