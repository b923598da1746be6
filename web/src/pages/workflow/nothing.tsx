/** What is said of a workflow without a run in the period, and of one that nobody knows. */
import { Button } from "@mantine/core";
import { Link, useNavigate } from "@tanstack/react-router";

import { strings } from "@/strings";
import { Panel } from "@/ui/panel";
import { Empty } from "@/ui/states";

import classes from "./nothing.module.css";

const words = strings.workflow.nothing;
const A_YEAR = 365;

export function Nothing({ days }: { days: number }) {
  const navigate = useNavigate();
  return (
    <Panel title={strings.common.workflowTabs.summary}>
      <Empty title={words.title}>
        <p>{words.text}</p>
        <p className={classes.ways}>
          {days < A_YEAR && (
            <Button
              size="xs"
              variant="default"
              onClick={() => {
                void navigate({ to: ".", search: (old) => ({ ...old, days: A_YEAR }) });
              }}
            >
              {words.longer}
            </Button>
          )}
          <Link to="/">{words.overview}</Link>
        </p>
      </Empty>
    </Panel>
  );
}
