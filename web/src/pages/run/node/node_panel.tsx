/** One node execution: what it would bring to have it faster, and all that is known of it. */
import { ActionIcon } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import type { RunLine } from "@/api/answers";
import { nodeExecution } from "@/api/run";
import type { DrawnNode, RunModel } from "@/logic/run_model";
import type { DrawnPath } from "@/logic/run_path";
import { strings } from "@/strings";
import { Status, Tag } from "@/ui/marks";
import { Shown } from "@/ui/states";

import { NodeAttempts, NodeError } from "./node_attempts";
import { NodeFacts } from "./node_facts";
import classes from "./node_panel.module.css";
import type { AskedWhatIf } from "./use_run_what_if";
import { WhatIf } from "./what_if";

const words = strings.run.node;

interface NodePanelProps {
  run: RunLine;
  node: DrawnNode;
  model: RunModel;
  path: DrawnPath;
  whatIf: AskedWhatIf;
  onClose: () => void;
}

export function NodePanel({ run, node, model, path, whatIf, onClose }: NodePanelProps) {
  const query = useQuery(nodeExecution(run.workflow_run_id, node.id));
  return (
    // Escape closes it from wherever in it the focus is.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <aside
      className={classes.panel}
      aria-label={words.label(node.title)}
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
      }}
    >
      <header className={classes.head}>
        <div>
          <h2>{node.title}</h2>
          <div className={classes.marks}>
            <Tag title={node.type}>{node.type}</Tag>
            <Status value={node.status ?? (run.state === "running" ? null : "incomplete")} />
            {node.isCached && <Tag>{strings.run.waterfall.legend.cached}</Tag>}
          </div>
        </div>
        <ActionIcon variant="subtle" color="gray" aria-label={words.close} onClick={onClose}>
          <IconX size={16} />
        </ActionIcon>
      </header>
      <div className={classes.body}>
        <WhatIf node={node} executions={model.executions.get(node.nodeId) ?? 1} asked={whatIf} />
        <Shown query={query} height={320}>
          {(whole) => (
            <>
              <NodeError node={whole} />
              <NodeFacts
                node={whole}
                drawn={node}
                onPath={path.worked.get(node.place) ?? 0}
                total={path.total}
                slack={whatIf.scope === "one" ? whatIf.query.data?.slack_seconds : undefined}
              />
              <NodeAttempts node={whole} drawn={node} />
            </>
          )}
        </Shown>
        {run.app_id !== null && run.workflow_id !== null && (
          <Link
            to="/w/$app/$workflow"
            params={{ app: run.app_id, workflow: run.workflow_id }}
            search={{ node: node.nodeId }}
          >
            {words.openNode}
          </Link>
        )}
      </div>
    </aside>
  );
}
