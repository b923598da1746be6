/** One node at the side: its figures, how it went, the runs in which it failed, and what would be if it were faster. */
import { Drawer } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";

import { bottlenecks, breakdown, type Workflow } from "@/api/queries";
import { chosen, nodeRows } from "@/logic/node_rows";
import { strings } from "@/strings";
import { Tag } from "@/ui/marks";
import { Empty, Shown } from "@/ui/states";

import classes from "./node_drawer.module.css";
import { NodeAdvice } from "./node_advice";
import { NodeFacts } from "./node_facts";
import { NodeHistory } from "./node_history";
import { search } from "./search";
import { useAsk } from "./use_ask";
import { WhatIfFaster } from "./what_if";

const words = strings.workflow.node;

export function NodeDrawer({ of, days }: { of: Workflow; days: number }) {
  const { node, within } = search(useSearch({ strict: false }));
  const ask = useAsk();
  const figures = useQuery(breakdown(of, days));
  const path = useQuery(bottlenecks(of, days)).data;
  const row = figures.data && chosen(nodeRows(figures.data, path), node, within);
  return (
    <Drawer
      opened={node !== undefined}
      onClose={() => {
        ask({ node: undefined, within: undefined });
      }}
      position="right"
      size="min(460px, 100vw)"
      title={
        <span className={classes.title}>
          <span className={classes.name} title={row?.node.node_title ?? node}>
            {row?.node.node_title ?? node}
          </span>
          {row && <Tag title={row.node.node_type}>{row.node.node_type}</Tag>}
        </span>
      }
      closeButtonProps={{ "aria-label": words.close }}
      overlayProps={{ backgroundOpacity: 0.25 }}
      classNames={{ header: classes.header ?? "", content: classes.content ?? "", body: classes.body ?? "" }}
    >
      {node !== undefined && (
        <Shown query={figures} height={320}>
          {() =>
            row ? (
              <>
                <NodeFacts row={row} of={of} />
                <NodeHistory row={row} of={of} days={days} />
                <NodeAdvice of={of} nodeId={row.node.node_id} />
                <WhatIfFaster key={row.id} of={of} nodeId={row.node.node_id} days={days} />
              </>
            ) : (
              <Empty title={words.gone}>
                <p>{words.goneText(node)}</p>
              </Empty>
            )
          }
        </Shown>
      )}
    </Drawer>
  );
}
