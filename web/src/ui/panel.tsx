/** A titled part of a page. */
import { useId, type ReactNode } from "react";

import classes from "./panel.module.css";

interface PanelProps {
  title: string;
  /** One line below the title: what is seen, how it is counted. */
  hint?: ReactNode;
  /** At the right of the title: switches, links. */
  actions?: ReactNode;
  /** Without room around the content: tables and drawings reach the edge. */
  flush?: boolean;
  children: ReactNode;
}

export function Panel({ title, hint, actions, flush = false, children }: PanelProps) {
  const id = useId();
  return (
    <section className={classes.panel} aria-labelledby={id}>
      <header className={classes.head}>
        <div className={classes.words}>
          <h2 id={id}>{title}</h2>
          {hint !== undefined && <p>{hint}</p>}
        </div>
        {actions !== undefined && <div className={classes.actions}>{actions}</div>}
      </header>
      <div className={flush ? classes.flush : classes.body}>{children}</div>
    </section>
  );
}
