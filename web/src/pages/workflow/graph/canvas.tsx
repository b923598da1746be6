/** The graph drawn: laid out by itself, moved and enlarged by who looks, walked through by keyboard. */
import "@xyflow/react/dist/base.css";

import { MiniMap, Panel, ReactFlow, ReactFlowProvider, type NodeTypes, type EdgeTypes } from "@xyflow/react";
import { useMemo } from "react";

import type { Graph } from "@/api/answers";
import type { Joined } from "@/logic/graph_figures";
import { laidOut, type Laid } from "@/logic/graph_layout";
import { litEdges } from "@/logic/graph_paths";
import type { Scale } from "@/logic/graph_scale";
import { viewOf } from "@/logic/graph_viewport";
import { strings } from "@/strings";

import classes from "./canvas.module.css";
import { edgesOf, nodesOf } from "./drawn";
import { ShownContext } from "./shown";
import { StepBox } from "./step";
import { useWalk } from "./use_walk";
import { ArrowHeads, WayLine } from "./way";
import { Zoom } from "./zoom";

const NODE_TYPES: NodeTypes = { step: StepBox };
const EDGE_TYPES: EdgeTypes = { way: WayLine };
const NARROW = 640;
/** From so many steps on: a map, and only what is in sight is drawn. */
const MANY = 40;
/** How wide the map is, in pixels. */
const MAP = 200;

export interface CanvasProps {
  graph: Graph;
  joined: Joined;
  scale: Scale;
  opened: string | undefined;
  open: (id: string, within: string | null) => void;
  /** Of the room that there is, in pixels. */
  width: number;
}

export default function Canvas(props: CanvasProps) {
  return (
    <ReactFlowProvider>
      <Drawing {...props} />
    </ReactFlowProvider>
  );
}

function Drawing({ graph, joined, scale, opened, open, width }: CanvasProps) {
  const isNarrow = width < NARROW;
  const direction = isNarrow ? "TB" : "LR";
  const laid = useMemo(() => laidOut(graph, direction, width), [graph, direction, width]);
  const lit = useMemo(() => litEdges(graph, joined.steps), [graph, joined]);
  const nodes = useMemo(() => nodesOf(laid), [laid]);
  const edges = useMemo(() => edgesOf(graph, laid, lit), [graph, laid, lit]);
  const first = useMemo(() => mostCritical(laid.boxes, joined), [laid, joined]);
  const view = useMemo(
    () => viewOf(laid, width, isNarrow ? 620 : 520, first),
    [laid, width, isNarrow, first],
  );
  const walk = useWalk(graph, laid, first?.id);
  const shown = useMemo(
    () => ({ joined, scale, opened, direction, open, ...walk }) as const,
    [joined, scale, opened, direction, open, walk],
  );
  return (
    <ShownContext value={shown}>
      <div className={classes.canvas} style={{ height: view.height }}>
        <ArrowHeads />
        <ReactFlow
          nodes={nodes}
          edges={edges}
          nodeTypes={NODE_TYPES}
          edgeTypes={EDGE_TYPES}
          defaultViewport={view}
          minZoom={0.1}
          maxZoom={2}
          aria-label={strings.graph.label}
          onlyRenderVisibleElements={nodes.length > MANY * 2}
          nodesDraggable={false}
          nodesConnectable={false}
          nodesFocusable={false}
          edgesFocusable={false}
          elementsSelectable={false}
          disableKeyboardA11y
          deleteKeyCode={null}
          zoomOnScroll={false}
          zoomOnDoubleClick={false}
          preventScrolling={false}
          attributionPosition="bottom-right"
        >
          <Zoom view={view} />
          {!view.isWhole && (
            <Panel position="bottom-center" className={classes.more ?? ""}>
              {strings.graph.more}
            </Panel>
          )}
          {nodes.length > MANY && !isNarrow && !view.isWhole && (
            <MiniMap
              position="bottom-left"
              pannable
              ariaLabel={strings.graph.map}
              className={classes.map ?? ""}
              style={mapSize(laid)}
              nodeStrokeWidth={(2 * laid.width) / MAP}
              offsetScale={2}
            />
          )}
        </ReactFlow>
      </div>
    </ShownContext>
  );
}

/** As wide as it may be, and as high as the graph makes it. */
function mapSize({ width, height }: Laid) {
  return { width: MAP, height: Math.round(Math.min(110, Math.max(26, (MAP * height) / width))) };
}

function mostCritical(boxes: Laid["boxes"], joined: Joined) {
  const share = (id: string) => joined.steps.get(id)?.measured?.criticalShare ?? 0;
  let best = boxes[0];
  for (const box of boxes) if (!box.isContainer && share(box.id) > share(best?.id ?? "")) best = box;
  return best;
}
