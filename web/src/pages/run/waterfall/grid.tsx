/** The rows: only those in sight exist, so that ten thousand scroll as ten do. */
import { useElementSize } from "@mantine/hooks";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useId, useMemo, useRef, useState } from "react";

import type { RunModel } from "@/logic/run_model";
import type { DrawnPath } from "@/logic/run_path";
import { boundsOf, firstWithin, rowOfPlace, toggled, type Folding, type Row } from "@/logic/run_rows";
import { ticks, type View } from "@/logic/run_scale";
import { strings } from "@/strings";

import type { Ghost } from "../node/use_run_what_if";
import classes from "./grid.module.css";
import { Links } from "./links";
import { Overview } from "./overview";
import { GridRow } from "./row";
import { Ends, Ruler } from "./ruler";
import { useKeys } from "./use_keys";
import { useWheel } from "./use_wheel";

const ROW_PX = 26;
const words = strings.run.waterfall;

interface GridProps {
  model: RunModel;
  path: DrawnPath;
  rows: readonly Row[];
  view: View;
  length: number;
  onView: (view: View | null) => void;
  folding: Folding;
  onFolding: (folding: Folding) => void;
  selected: number | null;
  onSelect: (place: number | null) => void;
  ghost: Ghost | null;
}

export function Grid(props: GridProps) {
  const { model, path, rows, view, length, onView, folding, onFolding, selected, onSelect, ghost } = props;
  const id = useId();
  const scroll = useRef<HTMLDivElement>(null);
  const { ref: lane, width } = useElementSize();
  const [active, setActive] = useState(0);
  // eslint-disable-next-line react-hooks/incompatible-library -- what it returns is used here alone
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW_PX,
    overscan: 8,
  });
  const rowOf = useMemo(() => rowOfPlace(model, rows), [model, rows]);
  useSelectedInSight(selected, rowOf, (index) => {
    setActive(index);
    virtual.scrollToIndex(index, { align: "auto" });
    // There the details cover the lower half.
    if (window.matchMedia("(max-width: 1149px)").matches) scroll.current?.scrollIntoView({ block: "start" });
  });
  const at = Math.min(active, rows.length - 1);
  // Who drags over a part of the run wants to see what ran then.
  const look = (part: View | null) => {
    onView(part);
    const row = part ? firstWithin(model, rows, part.from, part.to) : 0;
    if (row >= 0) virtual.scrollToIndex(row, { align: "start" });
  };
  const toggle = (row: Row) => {
    onFolding(toggled(folding, row.key));
  };
  const onKeyDown = useKeys({
    rows,
    active: at,
    focus: rows[at] ? (boundsOf(model, rows[at])?.[0] ?? null) : null,
    go: (index) => {
      setActive(index);
      virtual.scrollToIndex(index);
    },
    toggle,
    onSelect,
    view,
    length,
    onView,
  });
  const onPress = useSame((row: Row, index: number, isFold: boolean) => {
    setActive(index);
    if (isFold || row.kind === "turn") toggle(row);
    else onSelect(row.place === selected ? null : row.place);
  });
  useWheel(scroll, view, length, onView);
  const marks = ticks(view, width);
  const items = virtual.getVirtualItems();
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0];
  return (
    <div className={classes.frame}>
      <div
        ref={scroll}
        className={classes.scroll}
        role="treegrid"
        aria-label={words.label}
        aria-rowcount={rows.length}
        aria-activedescendant={rows[at] && at >= first && at <= last ? `${id}-${at}` : undefined}
        aria-describedby={`${id}-keys`}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <div className={classes.above} aria-hidden="true">
          <Overview model={model} path={path} view={view} length={length} onView={look} />
          <Ruler lane={lane} marks={marks} view={view} model={model} ghost={ghost} />
        </div>
        {rows.length === 0 && (
          <div role="row" className={classes.nothing}>
            <span role="gridcell">{words.nothing}</span>
          </div>
        )}
        <div className={classes.rows} role="rowgroup" style={{ height: virtual.getTotalSize() }}>
          <div className={classes.lines} aria-hidden="true">
            {marks.map((mark) => (
              <span key={mark.at} style={{ left: place(mark.at, view) }} />
            ))}
          </div>
          <div className={classes.lines} data-front aria-hidden="true">
            <Links
              path={path}
              rowOf={rowOf}
              first={first}
              last={last}
              view={view}
              rowPx={ROW_PX}
              dim={ghost !== null}
            />
            <Ends view={view} model={model} ghost={ghost} />
          </div>
          {items.map((item) => {
            const row = rows[item.index];
            return (
              row && (
                <GridRow
                  key={row.key}
                  id={`${id}-${item.index}`}
                  index={item.index}
                  top={item.start}
                  row={row}
                  model={model}
                  path={path}
                  view={view}
                  width={width}
                  isActive={item.index === at}
                  isSelected={row.kind === "node" && row.place === selected}
                  ghost={ghost}
                  onPress={onPress}
                />
              )
            );
          })}
        </div>
      </div>
      <p id={`${id}-keys`} className={classes.keys}>
        {words.keys}
      </p>
    </div>
  );
}

function place(at: number, view: View): string {
  return `${((at - view.from) / (view.to - view.from)) * 100}%`;
}

/** A function that stays the same and does what `now` does: who is given it need not be drawn anew. */
function useSame<A extends unknown[]>(now: (...told: A) => void): (...told: A) => void {
  const latest = useRef(now);
  useEffect(() => {
    latest.current = now;
  });
  return useCallback((...told: A) => {
    latest.current(...told);
  }, []);
}

/** When another node is selected its row is scrolled to, wherever it was selected. */
function useSelectedInSight(selected: number | null, rowOf: Int32Array, show: (row: number) => void) {
  const last = useRef<number | null>(null);
  const ask = useRef(show);
  useEffect(() => {
    ask.current = show;
  });
  useEffect(() => {
    const row = selected === null ? -1 : (rowOf[selected] ?? -1);
    if (last.current === selected || (selected !== null && row < 0)) return;
    last.current = selected;
    if (row >= 0) ask.current(row);
  }, [selected, rowOf]);
}
