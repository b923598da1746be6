/** A table that can be sorted by its heads, and scrolls by itself where it is too wide. */
import type { ReactNode } from "react";

import { sorted, type Sort } from "@/logic/sorting";
import { strings } from "@/strings";

import classes from "./table.module.css";

export interface Column<R> {
  id: string;
  title: string;
  /** What is counted, and how: shown on hover. */
  hint?: string;
  cell: (row: R) => ReactNode;
  /** What it is sorted by; absent: it cannot be. Unknown (null) comes last either way. */
  by?: (row: R) => number | string | null | undefined;
  /** Figures stand at the right. */
  end?: boolean;
  /** A first click on its head puts the greatest first; absent: of figures at the right it does. */
  startsDescending?: boolean;
  /** The least width, as CSS writes it. */
  width?: string;
  /** Where rows are stacked: a drawing, which takes a line of its own, or what need not be there. */
  stacked?: "line" | "away";
}

interface TableProps<R> {
  label: string;
  columns: readonly Column<R>[];
  rows: readonly R[];
  keyOf: (row: R) => string;
  sort?: Sort | undefined;
  onSort?: (sort: Sort) => void;
  /** The row that is marked. */
  marked?: string | undefined;
  /** On a phone each row is a block of names and values, headed by its first cell: nothing lies outside of sight. */
  stacks?: boolean;
}

export function Table<R>({ label, columns, rows, keyOf, sort, onSort, marked, stacks }: TableProps<R>) {
  const by = columns.find((each) => each.id === sort?.by)?.by;
  const shown = sort && by ? sorted(rows, by, sort.descending) : rows;
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
    <div className={classes.scroll} data-stacks={stacks} role="region" aria-label={label} tabIndex={0}>
      <table className={classes.table}>
        <thead>
          <tr>
            {columns.map((column) => (
              <Head key={column.id} column={column} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr
              key={keyOf(row)}
              data-marked={marked !== undefined && keyOf(row) === marked ? true : undefined}
            >
              {columns.map((column) => (
                <td
                  key={column.id}
                  className={column.end ? classes.end : undefined}
                  data-name={column.title || undefined}
                  data-stacked={column.stacked}
                >
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface HeadProps<R> {
  column: Column<R>;
  sort: Sort | undefined;
  onSort: ((sort: Sort) => void) | undefined;
}

function Head<R>({ column, sort, onSort }: HeadProps<R>) {
  const here = sort?.by === column.id;
  const style = column.width === undefined ? undefined : { minWidth: column.width };
  if (!column.by || !onSort)
    return (
      <th scope="col" className={column.end ? classes.end : undefined} style={style} title={column.hint}>
        {column.title || <span className="lp-hidden">{column.id}</span>}
      </th>
    );
  return (
    <th
      scope="col"
      className={column.end ? classes.end : undefined}
      style={style}
      aria-sort={here ? (sort.descending ? "descending" : "ascending") : "none"}
    >
      <button
        type="button"
        className={classes.sort}
        title={column.hint ?? strings.common.sortBy(column.title)}
        onClick={() => {
          onSort({
            by: column.id,
            descending: here ? !sort.descending : (column.startsDescending ?? column.end === true),
          });
        }}
      >
        {column.title}
        <span aria-hidden="true" className={classes.arrow}>
          {here ? (sort.descending ? "↓" : "↑") : ""}
        </span>
      </button>
    </th>
  );
}
