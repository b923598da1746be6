/** The waterfall by keyboard, as trees are: up, down, left, right, home, end, Enter; and + − 0 for the time in sight. */
import type { KeyboardEvent } from "react";

import type { Row } from "@/logic/run_rows";
import { moved, zoomed, type View } from "@/logic/run_scale";

const PAGE = 15;

interface Keys {
  rows: readonly Row[];
  active: number;
  /** When the active row begins: zoom goes there. */
  focus: number | null;
  go: (index: number) => void;
  toggle: (row: Row) => void;
  onSelect: (place: number | null) => void;
  view: View;
  length: number;
  onView: (view: View | null) => void;
}

export function useKeys(keys: Keys) {
  return (event: KeyboardEvent<HTMLElement>) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== event.currentTarget) return;
    if (rowKey(keys, event) || viewKey(keys, event.key)) event.preventDefault();
  };
}

function rowKey({ rows, active, go, toggle, onSelect, ...time }: Keys, event: KeyboardEvent): boolean {
  const row = rows[active];
  if (!row) return false;
  const to = (index: number) => {
    go(Math.max(0, Math.min(rows.length - 1, index)));
    return true;
  };
  switch (event.key) {
    case "ArrowDown":
      return to(active + 1);
    case "ArrowUp":
      return to(active - 1);
    case "PageDown":
      return to(active + PAGE);
    case "PageUp":
      return to(active - PAGE);
    case "Home":
      return to(0);
    case "End":
      return to(rows.length - 1);
    case "ArrowRight":
      if (event.shiftKey) return pan(time, 0.2);
      if (row.inside.length > 0 && !row.isOpen) toggle(row);
      else if (row.isOpen) return to(active + 1);
      return true;
    case "ArrowLeft":
      if (event.shiftKey) return pan(time, -0.2);
      if (row.isOpen) toggle(row);
      else return to(around(rows, active));
      return true;
    case "Enter":
    case " ":
      if (row.kind === "node") onSelect(row.place);
      else toggle(row);
      return true;
    case "Escape":
      onSelect(null);
      return true;
    default:
      return false;
  }
}

/** The row that holds the active one; itself where none does. */
function around(rows: readonly Row[], active: number): number {
  const depth = rows[active]?.depth ?? 0;
  for (let index = active - 1; index >= 0; index--) if ((rows[index]?.depth ?? 0) < depth) return index;
  return active;
}

type Time = Pick<Keys, "view" | "length" | "onView" | "focus">;

function pan({ view, length, onView }: Time, share: number): boolean {
  onView(moved(view, (view.to - view.from) * share, length));
  return true;
}

function viewKey({ view, length, onView, focus }: Time, key: string): boolean {
  const middle = (view.from + view.to) / 2;
  const at = focus ?? middle;
  const near = at < view.from || at > view.to ? moved(view, at - middle, length) : view;
  if (key === "+" || key === "=") onView(zoomed(near, 0.5, at, length));
  else if (key === "-") onView(zoomed(near, 2, at, length));
  else if (key === "0") onView(null);
  else return false;
  return true;
}
