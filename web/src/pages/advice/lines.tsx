/** The list: of each its severity, what it says, where, and what it is worth. */
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import type { AdviceLine } from "@/api/answers";
import { worthParts } from "@/logic/advice_worth";
import { strings } from "@/strings";
import { Severity } from "@/ui/marks";

import classes from "./lines.module.css";
import { VerdictMark } from "./verdict";

const words = strings.advice;

interface LinesProps {
  lines: readonly AdviceLine[];
  /** The one that is read. */
  read: string | undefined;
  /** Whether they are of several workflows, which each then names. */
  isOfAll: boolean;
  more: (() => void) | undefined;
}

export function Lines({ lines, read, isOfAll, more }: LinesProps) {
  return (
    <>
      <p className={classes.order} title={words.list.order}>
        {words.list.first}
      </p>
      <ol className={classes.lines} aria-label={words.list.label}>
        {lines.map((line) => (
          <li key={line.id}>
            <Link
              to="."
              search={(old) => ({ ...old, id: line.id })}
              className={classes.line}
              aria-current={line.id === read ? "true" : undefined}
              activeOptions={{ exact: true }}
              resetScroll={false}
            >
              <Line line={line} isOfAll={isOfAll} />
            </Link>
          </li>
        ))}
      </ol>
      {more && (
        <Button size="xs" variant="default" fullWidth mt={8} onClick={more}>
          {words.list.more}
        </Button>
      )}
    </>
  );
}

function Line({ line, isOfAll }: { line: AdviceLine; isOfAll: boolean }) {
  const most = worthParts(line)[0];
  return (
    <>
      <span className={classes.top}>
        <Severity value={line.severity} />
        <span className="lp-dim">{words.categories[line.category]}</span>
        {line.status === "implemented" && <VerdictMark verdict={line.verdict} />}
        {most && (
          <span className={classes.worth} data-kind={most.kind}>
            {most.short} <span className="lp-dim">{most.of}</span>
          </span>
        )}
      </span>
      <span className={classes.title}>{line.title}</span>
      <span className={classes.place}>
        {isOfAll && (
          <span>
            {line.app_id} <span aria-hidden="true">/</span> {line.workflow_id}
          </span>
        )}
        {most?.month && <span className={classes.month}>{most.month}</span>}
      </span>
    </>
  );
}
