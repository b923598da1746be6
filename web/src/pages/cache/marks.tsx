/** What is said alike in several tables of the page: a node's class, a step's name, a figure with a line below. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import type { Workflow } from "@/api/queries";
import { strings } from "@/strings";
import { Tag } from "@/ui/marks";

import classes from "./cache.module.css";

export function NodeClass({ value }: { value: string }) {
  const [name, what] = strings.cache.classes[value] ?? [value, ""];
  return value === "" ? <span className="lp-dim">{name}</span> : <Tag title={what}>{name}</Tag>;
}

/** A node that leads to its place on the page of the workflow; one without an id leads nowhere. */
export function NodeName({ of, id, type }: { of: Workflow; id: string; type?: string }) {
  if (id === "") return <span className="lp-dim">{strings.cache.served.unnamed}</span>;
  return (
    <span className={classes.node}>
      <Link
        to="/w/$app/$workflow"
        params={{ app: of.app_id, workflow: of.workflow_id }}
        search={{ node: id }}
        className="lp-clip"
        title={id}
      >
        {id}
      </Link>
      {type !== undefined && type !== "" && <span className="lp-dim lp-clip">{type}</span>}
    </span>
  );
}

export function TwoLines({ first, second }: { first: ReactNode; second?: ReactNode }) {
  return (
    <span className={classes.two}>
      <span>{first}</span>
      {second !== undefined && <span className="lp-dim">{second}</span>}
    </span>
  );
}
