/** The graph of a workflow with what was measured: which way takes the time, which steps cost, fail, are answered by the cache. */
import { SegmentedControl } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Suspense, lazy, useMemo } from "react";

import type { Graph } from "@/api/answers";
import { ProblemError } from "@/api/client";
import { workflowGraph } from "@/api/graph";
import { bottlenecks, breakdown, type Workflow } from "@/api/queries";
import { VIEWS, joined, type Joined } from "@/logic/graph_figures";
import { scaleOf } from "@/logic/graph_scale";
import { strings } from "@/strings";
import { Loading, Shown } from "@/ui/states";

import classes from "./graph.module.css";
import { Guess, NoGraph, Notes } from "./guess";
import { Legend } from "./legend";
import { StepList } from "./list";
import { Strays } from "./strays";
import { useChosen } from "./use_graph";

const Canvas = lazy(() => import("./canvas"));
const words = strings.graph;
const HEIGHT = 360;

interface WorkflowGraphProps {
  of: Workflow;
  days: number;
}

export function WorkflowGraph({ of, days }: WorkflowGraphProps) {
  const graph = useQuery(workflowGraph(of));
  const types = useQuery(breakdown(of, days));
  const critical = useQuery(bottlenecks(of, days));
  const isUnknown = graph.error instanceof ProblemError && graph.error.status === 404 && !graph.data;
  if (isUnknown || graph.data?.nodes.length === 0) return <NoGraph of={of} />;
  return (
    <Shown query={graph} height={HEIGHT}>
      {(found) => (
        <Shown query={types} height={HEIGHT}>
          {(measured) => (
            <Shown query={critical} height={HEIGHT}>
              {(path) => <Measured of={of} graph={found} types={measured.items} path={path.items} />}
            </Shown>
          )}
        </Shown>
      )}
    </Shown>
  );
}

interface MeasuredProps {
  of: Workflow;
  graph: Graph;
  types: Parameters<typeof joined>[1];
  path: Parameters<typeof joined>[2];
}

function Measured({ of, graph, types, path }: MeasuredProps) {
  const both = useMemo(() => joined(graph, types, path), [graph, types, path]);
  return <Drawn of={of} graph={graph} joined={both} />;
}

function Drawn({ of, graph, joined: both }: { of: Workflow; graph: Graph; joined: Joined }) {
  const { view, isList, node, setView, setList, open } = useChosen();
  const { ref, width } = useElementSize();
  const scale = useMemo(() => scaleOf(both.steps.values(), view), [both, view]);
  return (
    <div ref={ref} className={classes.graph} data-view={view}>
      <div className={classes.bar}>
        <SegmentedControl
          size="xs"
          aria-label={words.colourBy}
          value={view}
          data={VIEWS.map((each) => ({ value: each, label: words.views[each] }))}
          onChange={(chosen) => {
            setView(chosen);
          }}
        />
        <SegmentedControl
          size="xs"
          aria-label={words.shape.label}
          value={isList ? "list" : "graph"}
          data={[
            { value: "graph", label: words.shape.graph },
            { value: "list", label: words.shape.list },
          ]}
          onChange={(chosen) => {
            setList(chosen === "list");
          }}
        />
      </div>
      {isList ? (
        <StepList graph={graph} joined={both} scale={scale} opened={node} open={open} />
      ) : (
        <Suspense fallback={<Loading height={HEIGHT} />}>
          {width > 0 ? (
            <Canvas graph={graph} joined={both} scale={scale} opened={node} open={open} width={width} />
          ) : (
            <Loading height={HEIGHT} />
          )}
        </Suspense>
      )}
      <Legend scale={scale} graph={graph} joined={both} isList={isList} />
      <Strays strays={both.strays} scale={scale} open={open} />
      {graph.source === "inferred" ? <Guess of={of} /> : <Notes graph={graph} />}
    </div>
  );
}
