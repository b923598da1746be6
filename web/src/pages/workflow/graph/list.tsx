/** The same as a table: for who hears the page, and for small screens. Steps in the order in which they lead on. */
import { UnstyledButton } from "@mantine/core";
import { useMemo } from "react";

import type { Graph } from "@/api/answers";
import { count, percent } from "@/logic/format";
import type { Joined } from "@/logic/graph_figures";
import { typeName } from "@/logic/graph_kinds";
import { listed, type Listed } from "@/logic/graph_order";
import { heatOf, valueOf, type Scale } from "@/logic/graph_scale";
import { strings } from "@/strings";
import { Table, type Column } from "@/ui/table";

import classes from "./graph.module.css";
import { TypeIcon } from "./icons";

const words = strings.graph;

interface ListProps {
  graph: Graph;
  joined: Joined;
  scale: Scale;
  opened: string | undefined;
  open: (id: string, within: string | null) => void;
}

export function StepList({ graph, joined, scale, opened, open }: ListProps) {
  const rows = useMemo(() => listed(graph, joined.steps), [graph, joined]);
  const columns: Column<Listed>[] = [
    {
      id: "step",
      title: words.list.step,
      cell: ({ step: { node }, depth }) => (
        <UnstyledButton
          className={classes.step}
          style={{ paddingLeft: depth * 18 }}
          title={node.node_title}
          onClick={() => {
            open(node.node_id, node.container_id);
          }}
        >
          <TypeIcon type={node.node_type} />
          <span className="lp-clip">{node.node_title || node.node_id}</span>
        </UnstyledButton>
      ),
    },
    {
      id: "figure",
      title: words.views[scale.view],
      hint: words.measures[scale.view],
      end: true,
      cell: ({ step }) => <HeatBar step={step} scale={scale} />,
    },
    {
      id: "path",
      title: words.list.onPath,
      hint: words.list.onPathHint,
      end: true,
      cell: ({ step: { measured } }) => percent(measured?.onPath),
    },
    {
      id: "executions",
      title: words.list.executions,
      end: true,
      cell: ({ step: { measured } }) => count(measured?.executions),
    },
    { id: "type", title: words.list.type, cell: ({ step }) => typeName(step.node.node_type) },
    {
      id: "leads",
      title: words.list.leadsTo,
      cell: ({ leadsTo }) => (
        <span className={classes.leads} title={leadsTo.join(", ")}>
          {leadsTo.join(", ")}
        </span>
      ),
    },
  ];
  return (
    <div className={classes.list}>
      <Table
        label={words.list.label}
        columns={columns}
        rows={rows}
        keyOf={({ step }) => step.node.node_id}
        marked={opened}
      />
    </div>
  );
}

function HeatBar({ step, scale }: { step: Listed["step"]; scale: Scale }) {
  const heat = heatOf(step.measured, scale);
  return (
    <span className={classes.heat}>
      <span className={classes.heatTrack} aria-hidden="true">
        <span style={{ width: `${(heat.part ?? 0) * 100}%` }} />
      </span>
      <span className="lp-num">{valueOf(step.measured, scale.view) === null ? "–" : heat.text}</span>
    </span>
  );
}
