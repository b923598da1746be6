/** The parts of a page that have an address each: links in a row, the one that is open marked. */
import type { ReactNode } from "react";

import classes from "./tabs.module.css";

export function Tabs({ label, children }: { label: string; children: ReactNode }) {
  return (
    <nav aria-label={label} className={classes.tabs}>
      {children}
    </nav>
  );
}
