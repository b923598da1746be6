/** What ran when, as rows over the run's time; the chain that decided how long it took is lit. */
import { useSearch } from "@tanstack/react-router";
import { useMemo, useState } from "react";

import { duration, percent } from "@/logic/format";
import type { RunModel } from "@/logic/run_model";
import { longestNode, type DrawnPath } from "@/logic/run_path";
import { AT_FIRST, keptOf, nameMatches, rowsOf, wayTo } from "@/logic/run_rows";
import type { View } from "@/logic/run_scale";
import { strings } from "@/strings";
import { Panel } from "@/ui/panel";
import { Empty } from "@/ui/states";

import type { Ghost } from "../node/use_run_what_if";
import { Grid } from "./grid";
import { Legend } from "./legend";
import { Tools } from "./tools";
import classes from "./waterfall.module.css";

const words = strings.run.waterfall;

interface WaterfallProps {
  model: RunModel;
  path: DrawnPath;
  /** Not over: what decides how long it takes is not known yet. */
  isRunning: boolean;
  selected: number | null;
  onSelect: (place: number | null) => void;
  ghost: Ghost | null;
}

export function Waterfall({ model, path, isRunning, selected, onSelect, ghost }: WaterfallProps) {
  const { find = "", only } = useSearch({ strict: false });
  const [folding, setFolding] = useState(AT_FIRST);
  const [chosen, setChosen] = useState<View | null>(null);
  const length = Math.max(model.length, ghost?.end ?? 0);
  const view = chosen ?? { from: 0, to: length };
  const matches = useMemo(() => nameMatches(find), [find]);
  const rows = useMemo(() => {
    const isOnPath = only === "path" && path.total > 0;
    if (!matches && !isOnPath) return rowsOf(model, folding);
    const kept = keptOf(
      model,
      (node) => (!matches || matches(node)) && (!isOnPath || path.worked.has(node.place)),
    );
    return rowsOf(model, folding, kept, matches !== null);
  }, [model, folding, matches, only, path]);
  const found = useMemo(() => (matches ? model.nodes.filter(matches).length : null), [matches, model]);
  useShownSelection(model, selected, folding, setFolding);

  if (model.nodes.length === 0)
    return (
      <Panel title={words.title}>
        <Empty title={words.empty.title}>
          <p>{words.empty.text}</p>
        </Empty>
      </Panel>
    );
  return (
    <Panel
      title={words.title}
      hint={isRunning ? words.hint.running : hintOf(model, path)}
      actions={<Legend hasGhost={ghost !== null} />}
      flush
    >
      <div className={classes.waterfall}>
        <Tools
          folding={folding}
          onFolding={setFolding}
          found={found}
          view={view}
          length={length}
          onView={setChosen}
        />
        <Grid
          model={model}
          path={path}
          rows={rows}
          view={view}
          length={length}
          onView={setChosen}
          folding={folding}
          onFolding={setFolding}
          selected={selected}
          onSelect={onSelect}
          ghost={ghost}
        />
      </div>
    </Panel>
  );
}

/** A node that the address names is brought in sight: what is around it is opened, once. */
function useShownSelection(
  model: RunModel,
  selected: number | null,
  folding: typeof AT_FIRST,
  setFolding: (folding: typeof AT_FIRST) => void,
): void {
  const [shown, setShown] = useState<number | null>(null);
  if (selected !== shown) {
    setShown(selected);
    if (selected !== null) {
      const isInSight = rowsOf(model, folding).some((row) => row.kind === "node" && row.place === selected);
      if (!isInSight) setFolding(opened(model, folding, wayTo(model, selected)));
    }
  }
}

function opened(model: RunModel, folding: typeof AT_FIRST, way: readonly string[]): typeof AT_FIRST {
  let now = folding;
  for (const key of way) {
    const row = rowsOf(model, now).find((each) => each.key === key);
    if (row && !row.isOpen) {
      const changed = new Set(now.changed);
      if (!changed.delete(key)) changed.add(key);
      now = { ...now, changed };
    }
  }
  return now;
}

function hintOf(model: RunModel, path: DrawnPath): string {
  const longest = longestNode(model, path);
  if (!longest || path.total === 0) return words.hint.none;
  const { title, seconds, executions } = longest;
  const share = `${duration(seconds)}, ${percent(seconds / path.total)}`;
  return words.hint.path(share, executions > 1 ? words.hint.several(title, executions) : title);
}
