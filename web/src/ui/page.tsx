/** The frame of a page: where one is, what can be done here, and the parts below. */
import { useEffect, type ReactNode } from "react";

import { strings } from "@/strings";

import classes from "./page.module.css";

interface PageProps {
  title: string;
  /** Above the title: where it belongs. */
  above?: ReactNode;
  /** Beside the title: small marks. */
  beside?: ReactNode;
  actions?: ReactNode;
  tabs?: ReactNode;
  children: ReactNode;
}

export function Page({ title, above, beside, actions, tabs, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · ${strings.common.product}`;
  }, [title]);
  return (
    <>
      <header className={classes.head} data-tabs={tabs !== undefined || undefined}>
        {above !== undefined && <div className={classes.above}>{above}</div>}
        <div className={classes.row}>
          <h1 title={title}>{title}</h1>
          {beside}
          <div className={classes.actions}>{actions}</div>
        </div>
        {tabs}
      </header>
      <div className={classes.body}>{children}</div>
    </>
  );
}

/** Parts side by side where there is room: each at least `least` wide. */
export function Columns({ least = 420, children }: { least?: number; children: ReactNode }) {
  return (
    <div
      className={classes.columns}
      style={{ gridTemplateColumns: `repeat(auto-fit, minmax(min(${least}px, 100%), 1fr))` }}
    >
      {children}
    </div>
  );
}
