/** A step, or a container of steps: what it is, its figure of the view that was chosen, and how hot that is. */
import { Handle, Position, type Node, type NodeProps } from "@xyflow/react";
import { memo, useEffect, useRef, type KeyboardEvent } from "react";

import { typeName } from "@/logic/graph_kinds";
import type { Arrow } from "@/logic/graph_paths";
import { heatOf } from "@/logic/graph_scale";

import { TypeIcon } from "./icons";
import { useShown } from "./shown";
import classes from "./step.module.css";
import { stepName } from "./step_name";

export type StepNode = Node<{ isContainer: boolean }, "step">;

const MOVES: readonly string[] = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"];

export const StepBox = memo(function StepBox({ id, data }: NodeProps<StepNode>) {
  const shown = useShown();
  const button = useRef<HTMLButtonElement>(null);
  const isStop = shown.stop === id;
  const wants = isStop && shown.wantsFocus;
  useEffect(() => {
    if (wants) button.current?.focus({ preventScroll: true });
  }, [wants]);

  const step = shown.joined.steps.get(id);
  if (!step) return null;
  const heat = heatOf(step.measured, shown.scale);
  const title = step.node.node_title || id;
  const name = stepName(step, shown.scale);
  const onKeyDown = (event: KeyboardEvent) => {
    if (!MOVES.includes(event.key)) return;
    event.preventDefault();
    shown.move(id, event.key as Arrow);
  };
  return (
    <div
      className={classes.box}
      data-container={data.isContainer || undefined}
      data-level={heat.level}
      data-unmeasured={step.measured === null || undefined}
      data-open={shown.opened === id || undefined}
    >
      <Handle
        type="target"
        position={shown.direction === "LR" ? Position.Left : Position.Top}
        isConnectable={false}
      />
      <button
        ref={button}
        type="button"
        className={classes.button}
        tabIndex={isStop ? 0 : -1}
        aria-label={name}
        aria-current={shown.opened === id || undefined}
        title={name}
        onClick={() => {
          shown.open(id, step.node.container_id);
        }}
        onFocus={() => {
          shown.focused(id);
        }}
        onKeyDown={onKeyDown}
      >
        <span className={classes.head}>
          <TypeIcon type={step.node.node_type} />
          <span className={classes.title}>{title}</span>
        </span>{" "}
        <span className={classes.row}>
          <span className={classes.type}>{typeName(step.node.node_type)}</span>{" "}
          <span className={classes.figure}>{heat.text}</span>
        </span>
        <span className={classes.track}>
          <span className={classes.fill} style={{ width: `${(heat.part ?? 0) * 100}%` }} />
        </span>
      </button>
      <Handle
        type="source"
        position={shown.direction === "LR" ? Position.Right : Position.Bottom}
        isConnectable={false}
      />
    </div>
  );
});
