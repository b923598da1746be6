/** Why the run failed, in its own words; which of its nodes did. */
import { Button } from "@mantine/core";
import { useState } from "react";

import type { RunLine } from "@/api/answers";
import type { DrawnNode, RunModel } from "@/logic/run_model";
import { strings } from "@/strings";

import classes from "./run.module.css";

const words = strings.run.failed;
const MOST_NAMED = 6;

interface FailureProps {
  run: RunLine;
  model: RunModel;
  onSelect: (place: number) => void;
}

export function RunFailure({ run, model, onSelect }: FailureProps) {
  const failed = model.nodes.filter((node) => node.status === "failed");
  const isFailed = run.execution_status === "failed";
  if (!isFailed && failed.length === 0 && run.error_message === null) return null;
  return (
    <section className={classes.failure} data-whole={isFailed || undefined} aria-label={words.title}>
      {isFailed && <strong>{run.error_type ?? words.title}</strong>}
      {run.error_message !== null && <LongText text={run.error_message} />}
      {failed.length > 0 && <Names failed={failed} onSelect={onSelect} />}
    </section>
  );
}

function Names({ failed, onSelect }: { failed: readonly DrawnNode[]; onSelect: (place: number) => void }) {
  const more = failed.length - MOST_NAMED;
  return (
    <p className={classes.names}>
      {words.nodes}{" "}
      {failed.slice(0, MOST_NAMED).map((node) => (
        <button
          key={node.place}
          type="button"
          onClick={() => {
            onSelect(node.place);
          }}
        >
          {node.title}
        </button>
      ))}
      {more > 0 && ` + ${more}`}
    </p>
  );
}

const FOLDED_FROM = 400;

/** Other people's text: folded where it is long. */
export function LongText({ text }: { text: string }) {
  const [isOpen, setOpen] = useState(false);
  const isLong = text.length > FOLDED_FROM || text.split("\n").length > 6;
  return (
    <>
      <p className={classes.long} data-folded={(isLong && !isOpen) || undefined}>
        {text}
      </p>
      {isLong && (
        <Button
          size="compact-xs"
          variant="subtle"
          aria-expanded={isOpen}
          onClick={() => {
            setOpen(!isOpen);
          }}
        >
          {isOpen ? words.less : words.more}
        </Button>
      )}
    </>
  );
}
