/** What happens by itself: when each task last ran, how long it took, what came of it, when it is next due. */
import { useQuery } from "@tanstack/react-query";
import { Alert } from "@mantine/core";

import type { System, TaskState } from "@/api/answers";
import { settingsInForce, systemNow } from "@/api/settings";
import { bytes, count, duration } from "@/logic/format";
import { ago, instant } from "@/logic/time";
import { strings } from "@/strings";
import { Figure, Figures } from "@/ui/figures";
import { Status } from "@/ui/marks";
import { Panel } from "@/ui/panel";
import { Empty, Shown } from "@/ui/states";
import { Table } from "@/ui/table";

import classes from "./settings.module.css";

const words = strings.settings.upkeep;

export function Upkeep() {
  const query = useQuery(systemNow());
  const set = useQuery(settingsInForce()).data;
  const isOff = set?.items.some((each) => each.name === "upkeep" && each.value === false);
  return (
    <Shown query={query} height={420}>
      {(system) => (
        <>
          {isOff && <Alert color="yellow">{words.off}</Alert>}
          <Installation system={system} />
          <Panel title={words.title} hint={words.hint} flush>
            {system.tasks.length === 0 ? (
              <Empty title={words.none}>{words.noneText}</Empty>
            ) : (
              <Tasks tasks={system.tasks} at={query.dataUpdatedAt} />
            )}
          </Panel>
        </>
      )}
    </Shown>
  );
}

function Installation({ system }: { system: System }) {
  const { queue, database, last_removal: removal, metrics } = system;
  return (
    <Figures label={words.figures}>
      <Figure
        name={words.queue}
        value={bytes(queue.waiting_bytes)}
        foot={words.queueFoot(bytes(queue.capacity_bytes))}
      />
      <Figure name={words.database} value={bytes(database.used_bytes)} foot={database.kind} />
      <Figure
        name={words.removal}
        value={removal ? ago(removal.at) : words.never}
        foot={removal ? words.removed(count(removal.runs), count(removal.node_executions)) : undefined}
      />
      {metrics.dropped_names > 0 && (
        <Figure
          name={words.dropped(metrics.dropped_names)}
          value={count(metrics.dropped_names)}
          foot={instant(metrics.last_dropped_at)}
        />
      )}
    </Figures>
  );
}

function Tasks({ tasks, at }: { tasks: readonly TaskState[]; at: number }) {
  return (
    <Table
      label={words.title}
      rows={tasks}
      keyOf={(task) => task.name}
      columns={[
        { id: "task", title: words.task, cell: (task) => <TaskName task={task} />, by: (task) => task.name },
        {
          id: "last",
          title: words.last,
          cell: (task) => <span title={instant(task.last_run_at)}>{ago(task.last_run_at, at)}</span>,
        },
        { id: "took", title: words.took, cell: (task) => duration(task.elapsed), end: true },
        { id: "outcome", title: words.outcome, cell: (task) => <Outcome task={task} /> },
        {
          id: "next",
          title: words.next,
          cell: (task) => <span title={words.every(duration(task.every))}>{due(task, at)}</span>,
        },
      ]}
    />
  );
}

function TaskName({ task }: { task: TaskState }) {
  return (
    <span className={classes.stacked}>
      <span>{words.tasks[task.name] ?? task.name}</span>
      <small title={task.process}>{task.name}</small>
    </span>
  );
}

function Outcome({ task }: { task: TaskState }) {
  if (task.error !== null)
    return (
      <span className={classes.outcome}>
        <Status value="failed" /> {task.error}
      </span>
    );
  return (
    <span className={`${classes.outcome ?? ""} ${task.outcome === null ? "lp-dim" : ""}`}>
      {task.outcome ?? words.nothing}
    </span>
  );
}

function due(task: TaskState, at: number): string {
  const seconds = (Date.parse(task.next_due_at) - at) / 1000;
  return seconds < 1 ? words.due : words.within(duration(Math.round(seconds)));
}
