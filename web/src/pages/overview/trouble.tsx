/** Why a workflow is in trouble, in words, and which node is to blame. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import type { OverviewWorkflow } from "@/api/answers";
import { bottlenecks, breakdown } from "@/api/queries";
import { change, percent } from "@/logic/format";
import { failsMost } from "@/logic/overview_blame";
import type { Line } from "@/logic/overview_rows";
import type { Reason } from "@/logic/overview_trouble";
import { strings } from "@/strings";

import classes from "./workflows.module.css";

const words = strings.overview.trouble;
const MOST_REASONS = 2;

interface TroubleProps {
  line: Line;
  days: number;
  /** Whether the server is asked for the node to blame, where nothing known names one. */
  mayAsk: boolean;
}

export function Trouble({ line, days, mayAsk }: TroubleProps) {
  const { level, reasons, node } = line.trouble;
  if (level === "none") return <span className={classes.steady}>{words.steady}</span>;
  return (
    <div className={classes.trouble} data-level={level}>
      <span className="lp-hidden">{words.level[level]}: </span>
      {reasons.slice(0, MOST_REASONS).map((each) => (
        <div key={each.kind} className={classes.reason}>
          {said(each)}
        </div>
      ))}
      {node !== null && <Node of={line.of} id={node} title={node} />}
      {node === null && mayAsk && <AskedNode line={line} days={days} />}
    </div>
  );
}

function said(reason: Reason): string {
  switch (reason.kind) {
    case "failing":
      return words.failing(percent(reason.rate), reason.growth === null ? null : change(reason.growth));
    case "changed": {
      const { metric, ratio } = reason.event;
      const by = ratio === null ? strings.overview.degraded.fromNone : change(ratio - 1);
      return words.changed(strings.overview.degraded.metric[metric] ?? metric, by);
    }
    case "slower":
      return words.slower(change(reason.ratio));
    case "dearer":
      return words.dearer(change(reason.ratio));
  }
}

function Node({ of, id, title }: { of: OverviewWorkflow; id: string; title: string }) {
  return (
    <div className={classes.node}>
      {`${words.node} `}
      <Link
        to="/w/$app/$workflow"
        params={{ app: of.app_id, workflow: of.workflow_id }}
        search={{ node: id }}
        title={title}
      >
        {title}
      </Link>
    </div>
  );
}

/** Where no cause and no advice names a node: the one that fails most, or the one that runs take longest for. */
function AskedNode({ line, days }: { line: Line; days: number }) {
  const of = { app_id: line.of.app_id, workflow_id: line.of.workflow_id };
  const isFailing = line.trouble.reasons[0]?.kind === "failing";
  const failing = useQuery({ ...breakdown(of, days), enabled: isFailing });
  const slow = useQuery({ ...bottlenecks(of, days), enabled: !isFailing });
  const node = isFailing ? failsMost(failing.data) : slow.data?.items[0];
  return node ? <Node of={line.of} id={node.node_id} title={node.node_title} /> : null;
}
