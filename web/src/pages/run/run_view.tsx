/** A run that is there: its head, its waterfall, and beside it the node that the address names. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";

import type { RunTimeline } from "@/api/answers";
import { criticalPath } from "@/api/run";
import { placeNamed, runModel, type RunModel } from "@/logic/run_model";
import { drawnPath } from "@/logic/run_path";
import { told } from "@/logic/search";
import { Page } from "@/ui/page";

import { NodePanel } from "./node/node_panel";
import { useRunWhatIf } from "./node/use_run_what_if";
import classes from "./run.module.css";
import { RunAbove, RunBeside, RunFacts } from "./run_head";
import { RunFailure } from "./run_failure";
import { RunFigures } from "./run_figures";
import { Waterfall } from "./waterfall/waterfall";

export function RunView({ timeline, seenAt }: { timeline: RunTimeline; seenAt: number }) {
  const { run } = timeline;
  const model = useMemo(() => runModel(timeline, seenAt), [timeline, seenAt]);
  const seen = `${run.state} ${run.node_count} ${run.end_time ?? ""}`;
  const found = useQuery(criticalPath(run.workflow_run_id, seen));
  const path = useMemo(() => drawnPath(found.data, model), [found.data, model]);
  const [selected, select] = useSelected(model);
  const whatIf = useRunWhatIf(run.workflow_run_id, model, selected);
  const node = selected === null ? undefined : model.nodes[selected];
  return (
    <Page title={run.workflow_run_id} above={<RunAbove run={run} />} beside={<RunBeside run={run} />}>
      <RunFigures run={run} path={path} soFar={model.length} />
      <RunFacts run={run} />
      <RunFailure run={run} model={model} onSelect={select} />
      <div className={classes.parts} data-open={node !== undefined || undefined}>
        <Waterfall
          model={model}
          path={path}
          isRunning={run.state === "running"}
          selected={selected}
          onSelect={select}
          ghost={whatIf.ghost}
        />
        {node && (
          <NodePanel
            key={node.id}
            run={run}
            node={node}
            model={model}
            path={path}
            whatIf={whatIf}
            onClose={() => {
              select(null);
            }}
          />
        )}
      </div>
    </Page>
  );
}

/** The place of the node execution that the address names, and how to name another. */
function useSelected(model: RunModel) {
  const { node } = useSearch({ strict: false });
  const navigate = useNavigate();
  const select = useCallback(
    (place: number | null) => {
      const id = place === null ? undefined : model.nodes[place]?.id;
      void navigate({
        to: ".",
        search: (old) => told({ ...old, node: id }),
        replace: true,
        resetScroll: false,
      });
    },
    [model, navigate],
  );
  return [node === undefined ? null : placeNamed(model, node), select] as const;
}
