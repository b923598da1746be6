/** Buttons that enlarge, make smaller, and show all; where nobody has moved, the graph follows the room it has. */
import { UnstyledButton } from "@mantine/core";
import { IconArrowsMaximize, IconMinus, IconPlus } from "@tabler/icons-react";
import { Panel, useOnViewportChange, useReactFlow } from "@xyflow/react";
import { useEffect, useRef } from "react";

import type { Viewed } from "@/logic/graph_viewport";
import { strings } from "@/strings";

import classes from "./canvas.module.css";

const words = strings.graph.zoom;

export function Zoom({ view }: { view: Viewed }) {
  const flow = useReactFlow();
  const isMoved = useRef(false);
  useOnViewportChange({
    onChange: ({ x, y, zoom }) => {
      if (x !== view.x || y !== view.y || zoom !== view.zoom) isMoved.current = true;
    },
  });
  useEffect(() => {
    if (!isMoved.current) void flow.setViewport(view);
  }, [flow, view]);
  // All of it, however small.
  const fit = () => {
    void (view.isWhole ? flow.setViewport(view) : flow.fitView({ padding: 0.04, minZoom: 0.1, maxZoom: 1 }));
  };
  return (
    <Panel position="top-right" className={classes.zoom ?? ""} role="group" aria-label={words.label}>
      <UnstyledButton aria-label={words.in} title={words.in} onClick={() => void flow.zoomIn()}>
        <IconPlus size={15} aria-hidden="true" />
      </UnstyledButton>
      <UnstyledButton aria-label={words.out} title={words.out} onClick={() => void flow.zoomOut()}>
        <IconMinus size={15} aria-hidden="true" />
      </UnstyledButton>
      <UnstyledButton aria-label={words.fit} title={words.fit} onClick={fit}>
        <IconArrowsMaximize size={15} aria-hidden="true" />
      </UnstyledButton>
    </Panel>
  );
}
