"""What upkeep did last, and the numbers that it remembers, for every process that shares the database.

Upstream: `upkeep.scheduler`. Downstream: `services.system`.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, select

from longpole.store.bulk import delete_rows, insert_rows
from longpole.store.tables import upkeep_facts, upkeep_tasks


@dataclass(frozen=True, slots=True)
class TaskRun:
    """The last run of a task; `error` is None where it went well."""

    name: str
    every_seconds: float
    started_ns: int
    elapsed_ns: int
    outcome: str | None
    error: str | None
    process: str


def record(connection: Connection, run: TaskRun) -> None:
    """Remember a task's last run in the place of the one before it."""
    delete_rows(connection, upkeep_tasks, [(run.name,)])
    row = (run.name, run.every_seconds, run.started_ns, run.elapsed_ns, run.outcome, run.error, run.process)
    insert_rows(connection, upkeep_tasks, [row])


def last_runs(connection: Connection) -> tuple[TaskRun, ...]:
    """The last run of every task that ever ran, by name."""
    return tuple(TaskRun(*row) for row in connection.execute(select(upkeep_tasks).order_by(upkeep_tasks.c.name)))


def fact(connection: Connection, name: str) -> int | None:
    """A number that a task remembered."""
    return connection.scalar(select(upkeep_facts.c.value).where(upkeep_facts.c.name == name))


def facts(connection: Connection, names: Collection[str]) -> dict[str, int]:
    """Those of several numbers that were remembered, by name."""
    query = select(upkeep_facts.c.name, upkeep_facts.c.value).where(upkeep_facts.c.name.in_(names))
    return {name: value for name, value in connection.execute(query)}  # noqa: C416 - rows are no pairs


def remember(connection: Connection, name: str, value: int) -> None:
    """Remember a number in the place of the one before it."""
    delete_rows(connection, upkeep_facts, [(name,)])
    insert_rows(connection, upkeep_facts, [(name, value)])
