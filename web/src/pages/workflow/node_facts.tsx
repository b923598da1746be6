/** A node's figures of the period, and where to go on from them. */
import { Link } from "@tanstack/react-router";

import type { Workflow } from "@/api/queries";
import { bytes, count, duration, money, percent } from "@/logic/format";
import type { NodeRow } from "@/logic/node_rows";
import { strings } from "@/strings";
import { Copy } from "@/ui/copy";
import { Figure, Figures } from "@/ui/figures";

import classes from "./node_drawer.module.css";

const words = strings.workflow.node;
const columns = strings.workflow.nodes.columns;

export function NodeFacts({ row: { node, critical, hitRatio }, of }: { row: NodeRow; of: Workflow }) {
  const { execution_time: time, execution_count: all, error_rate: rate } = node;
  const failed = rate === null ? null : Math.round(rate * all);
  return (
    <section>
      <p className={classes.id}>
        <span className="lp-mono">{node.node_id}</span>
        <Copy text={node.node_id} />
        {node.enclosing_node_id !== null && (
          <span>{strings.workflow.pole.inside(node.enclosing_node_id)}</span>
        )}
      </p>
      <Figures label={words.figures}>
        <Figure name={columns.critical} value={percent(critical?.critical_share ?? 0)} tone="critical" />
        <Figure
          name={words.onPath}
          value={percent(critical?.on_path_share ?? 0)}
          foot={words.ofRuns}
          tone="critical"
        />
        <Figure name={columns.p50} value={duration(time.p50)} tone="work" />
        <Figure
          name={columns.p95}
          value={duration(time.p95)}
          foot={`${columns.p99} ${duration(time.p99)}`}
          tone="work"
        />
        <Figure
          name={columns.errors}
          value={percent(rate)}
          foot={`${count(node.retry_count)} ${columns.retries.toLowerCase()}`}
          tone="error"
        />
        <Figure name={columns.count} value={count(all)} />
        {node.cost !== null && <Figure name={columns.cost} value={money(node.cost)} tone="cost" />}
        {node.tokens.total !== null && <Figure name={columns.tokens} value={count(node.tokens.total)} />}
        {node.cache_hits > 0 && <Figure name={columns.hits} value={percent(hitRatio)} tone="cache" />}
        {node.input_bytes !== null && <Figure name={columns.input} value={bytes(node.input_bytes)} />}
        {node.output_bytes !== null && <Figure name={columns.output} value={bytes(node.output_bytes)} />}
      </Figures>
      <Ways of={of} nodeId={node.node_id} failed={failed} all={all} />
    </section>
  );
}

interface WaysProps {
  of: Workflow;
  nodeId: string;
  failed: number | null;
  all: number;
}

function Ways({ of, nodeId, failed, all }: WaysProps) {
  const params = { app: of.app_id, workflow: of.workflow_id };
  if (failed === null) return null;
  if (failed === 0) return <p className={classes.note}>{words.noFailures}</p>;
  return (
    <div className={classes.ways}>
      <p className={classes.note}>{words.ofFailed(count(failed), count(all))}</p>
      <Link to="/w/$app/$workflow/runs" params={params} search={{ failed_node: nodeId }}>
        {words.failedRuns}
      </Link>
    </div>
  );
}
