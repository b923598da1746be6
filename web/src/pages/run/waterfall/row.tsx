/** One row: the name at the left, what it did over the run's time at the right. */
import { IconChevronRight } from "@tabler/icons-react";
import { memo } from "react";

import { duration } from "@/logic/format";
import type { RunModel } from "@/logic/run_model";
import type { DrawnPath } from "@/logic/run_path";
import { boundsOf, turnCount, type Row } from "@/logic/run_rows";
import type { View } from "@/logic/run_scale";
import { strings } from "@/strings";

import type { Ghost } from "../node/use_run_what_if";
import { Lane } from "./lane";
import classes from "./row.module.css";

const words = strings.run.waterfall;
const INDENT_PX = 14;

export interface RowProps {
  id: string;
  index: number;
  top: number;
  row: Row;
  model: RunModel;
  path: DrawnPath;
  view: View;
  /** Of the lane, in pixels. */
  width: number;
  isActive: boolean;
  isSelected: boolean;
  ghost: Ghost | null;
  onPress: (row: Row, index: number, isFold: boolean) => void;
}

export const GridRow = memo(function GridRow(props: RowProps) {
  const { id, index, top, row, model, path, isActive, isSelected, onPress } = props;
  const node = model.nodes[row.place];
  const name = row.kind === "turn" ? words.turn(row.turn ?? 0) : (node?.title ?? "");
  const holds = row.inside.length > 0;
  return (
    // Keys are heard by the grid, which has the focus: its rows only exist while they are in sight.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events
    <div
      id={id}
      role="row"
      tabIndex={-1}
      className={classes.row}
      style={{ transform: `translateY(${top}px)` }}
      aria-rowindex={index + 1}
      aria-level={row.depth + 1}
      aria-expanded={holds ? row.isOpen : undefined}
      aria-selected={isSelected}
      data-active={isActive || undefined}
      data-dim={(row.kind === "node" && path.total > 0 && !isOnPath(row, model, path)) || undefined}
      onClick={() => {
        onPress(row, index, false);
      }}
    >
      <div role="rowheader" className={classes.name} style={{ paddingLeft: 10 + row.depth * INDENT_PX }}>
        <span
          className={classes.fold}
          data-open={row.isOpen || undefined}
          data-holds={holds || undefined}
          aria-hidden="true"
          onClick={(event) => {
            if (!holds) return;
            event.stopPropagation();
            onPress(row, index, true);
          }}
        >
          {holds && <IconChevronRight size={14} />}
        </span>
        {node?.status === "failed" && row.kind === "node" && (
          <span className={classes.failed} title={strings.common.status.failed}>
            <span className="lp-hidden">{strings.common.status.failed}: </span>
          </span>
        )}
        <span className={classes.title} title={node && row.kind === "node" ? `${name} (${node.type})` : name}>
          {name}
        </span>
        <Aside row={row} model={model} />
      </div>
      <div role="gridcell" className={classes.cell}>
        <Spoken row={row} model={model} path={path} />
        <Lane {...props} name={name} />
      </div>
    </div>
  );
});

/** Beside the name: how much is folded in, or what kind of node it is. */
function Aside({ row, model }: { row: Row; model: RunModel }) {
  const node = model.nodes[row.place];
  const turns = row.kind === "node" && row.inside.length > 0 ? turnCount(model, row.place) : 0;
  const inside = model.children[row.place]?.length ?? 0;
  const told =
    row.kind === "turn"
      ? null
      : row.turn !== null
        ? words.turn(row.turn)
        : turns > 1
          ? words.turns(turns)
          : inside > 0
            ? words.inside(inside)
            : node?.type;
  return <span className={classes.aside}>{told}</span>;
}

/** What the lane draws, for who listens. */
function Spoken({ row, model, path }: { row: Row; model: RunModel; path: DrawnPath }) {
  const bounds = boundsOf(model, row);
  if (!bounds) return <span className="lp-hidden">{words.unknownTime}</span>;
  const [start, end] = bounds;
  const worked = row.kind === "node" ? (path.worked.get(row.place) ?? 0) : 0;
  const told = [end === null ? words.running : duration(end - start)];
  if (worked > 0) told.push(words.barCritical(duration(worked)));
  return <span className="lp-hidden">{told.join(", ")}</span>;
}

function isOnPath(row: Row, model: RunModel, path: DrawnPath): boolean {
  return path.byPlace.has(row.place) || (model.children[row.place]?.length ?? 0) > 0;
}
