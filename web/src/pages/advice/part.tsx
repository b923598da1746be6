/** A titled part of what is read. */
import { useId, type ReactNode } from "react";

import classes from "./detail.module.css";

export function Part({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section className={classes.part} aria-labelledby={id}>
      <h3 id={id}>{title}</h3>
      {children}
    </section>
  );
}
