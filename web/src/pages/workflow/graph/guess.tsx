/** Where the graph comes from, when that is worth saying, and how to get a better one. */
import { UnstyledButton } from "@mantine/core";
import { useId, useState } from "react";

import type { Graph } from "@/api/answers";
import type { Workflow } from "@/api/queries";
import { importCommand } from "@/logic/graph_import";
import { strings } from "@/strings";
import { Code } from "@/ui/copy";
import { Empty } from "@/ui/states";

import classes from "./graph.module.css";

const words = strings.graph;

function Import({ of }: { of: Workflow }) {
  return (
    <>
      <Code text={importCommand(of.app_id, of.workflow_id)} label={words.guess.why} />
      <p>{words.guess.files}</p>
    </>
  );
}

/** The graph is a guess: says so, and what would replace it. */
export function Guess({ of }: { of: Workflow }) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  return (
    <aside className={classes.guess} aria-label={words.guess.title}>
      <p>
        <strong>{words.guess.title}.</strong>{" "}
        <UnstyledButton
          className={classes.more}
          aria-expanded={isOpen}
          aria-controls={id}
          onClick={() => {
            setOpen(!isOpen);
          }}
        >
          {isOpen ? words.guess.hide : words.guess.show}
        </UnstyledButton>
      </p>
      <div id={id} hidden={!isOpen}>
        <p>{words.guess.text}</p>
        <Import of={of} />
      </div>
    </aside>
  );
}

/** What was left out or guessed when the file was read. */
export function Notes({ graph }: { graph: Graph }) {
  if (graph.warnings.length === 0) return null;
  return (
    <details className={classes.guess}>
      <summary>{words.warnings(graph.warnings.length)}</summary>
      <ul>
        {graph.warnings.map((each) => (
          <li key={each}>{each}</li>
        ))}
      </ul>
    </details>
  );
}

export function NoGraph({ of }: { of: Workflow }) {
  return (
    <Empty title={words.empty.title}>
      <p>{words.empty.text}</p>
      <Import of={of} />
    </Empty>
  );
}
