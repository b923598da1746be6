/** Whose run it is, how it ended, and by what it can be told from others. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import type { RunLine } from "@/api/answers";
import { strings } from "@/strings";
import { Copy } from "@/ui/copy";
import { Status, Tag } from "@/ui/marks";

import classes from "./run.module.css";

const words = strings.run;

export function RunAbove({ run }: { run: RunLine }) {
  if (run.app_id === null || run.workflow_id === null) return <span>{words.title}</span>;
  const params = { app: run.app_id, workflow: run.workflow_id };
  return (
    <>
      <Link to="/" search={{ app: run.app_id }}>
        {run.app_id}
      </Link>
      <span aria-hidden="true"> / </span>
      <Link to="/w/$app/$workflow" params={params}>
        {run.workflow_name ?? run.workflow_id}
      </Link>
      <span aria-hidden="true"> / </span>
      <Link to="/w/$app/$workflow/runs" params={params}>
        {words.above.runs}
      </Link>
    </>
  );
}

export function RunBeside({ run }: { run: RunLine }) {
  return (
    <>
      <Copy text={run.workflow_run_id} label={words.copyId} />
      <Status value={run.state === "incomplete" ? "incomplete" : run.execution_status} />
    </>
  );
}

/** What only some runs have is shown only of those. */
export function RunFacts({ run }: { run: RunLine }) {
  const names = words.facts;
  return (
    <dl className={classes.facts}>
      <Fact name={names.version} value={run.workflow_version} />
      <Fact name={names.user} value={run.user_id} />
      <Fact name={names.session} value={run.session_id} />
      <Fact name={names.environment} value={run.environment} />
      {run.tags.length > 0 && (
        <Fact
          name={names.tags}
          value={run.tags.map((tag) => (
            <Tag key={tag} title={tag}>
              {tag}
            </Tag>
          ))}
        />
      )}
      {run.trace_id !== null && (
        <Fact
          name={names.trace}
          value={
            <>
              <code>{run.trace_id}</code> <Copy text={run.trace_id} label={words.copyTrace} />
            </>
          }
        />
      )}
      <Fact name={names.source} value={run.source} />
      {run.has_gaps && <Fact name="" value={<Tag>{names.gaps}</Tag>} />}
    </dl>
  );
}

function Fact({ name, value }: { name: string; value: ReactNode }) {
  if (value === null || value === undefined || value === "") return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd title={typeof value === "string" ? value : undefined}>
        {typeof value === "string" ? <span className="lp-clip">{value}</span> : value}
      </dd>
    </div>
  );
}
