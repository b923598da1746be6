"""How the installation is: its version, its database, what waits to be stored, and what happens by itself.

Upstream: `rest.system`. Downstream: `store.disk_usage`, `store.upkeep_log`, `store.retention_facts`.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from longpole import __version__, runtime
from longpole.domain.units import NS_PER_SECOND, instant, seconds
from longpole.store import custom_metrics, retention, retention_facts, upkeep_log
from longpole.store.disk_usage import disk_usage
from longpole.store.upkeep_log import TaskRun


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """What the data is kept in; sizes are bytes.

    Attributes:
        kind: sqlite or postgresql.
        used_bytes: What holds something.
        reusable_bytes: What is used again before it grows.
        log_bytes: SQLite's write-ahead log.
        budget_bytes: How large it may become; None for no bound.
    """

    kind: str
    used_bytes: int
    reusable_bytes: int
    log_bytes: int
    budget_bytes: int | None


@dataclass(frozen=True, slots=True)
class QueueState:
    """Telemetry of this process that is in memory until it is stored, and how much of it there may be."""

    waiting_bytes: int
    capacity_bytes: int


@dataclass(frozen=True, slots=True)
class TaskState:
    """An upkeep task's last run; `error` is None where it went well, times are seconds."""

    name: str
    every: float
    last_run_at: datetime
    elapsed: float
    outcome: str | None
    error: str | None
    next_due_at: datetime
    process: str


@dataclass(frozen=True, slots=True)
class Removal:
    """What retention removed when it last removed something; `longest_transaction` is in seconds."""

    at: datetime
    runs: int
    node_executions: int
    chunks: int
    cell_units: int
    archived_runs: int
    longest_transaction: float


@dataclass(frozen=True, slots=True)
class MetricsState:
    """Metrics that users send: of how many names there are figures, and how many more there were, and when."""

    most_names: int
    dropped_names: int
    last_dropped_at: datetime | None


@dataclass(frozen=True, slots=True)
class SystemState:
    """The installation.

    Attributes:
        raw_horizon: Runs that count for a time before may be gone, their figures stay; None where none has gone.
        metrics: Metrics that users send.
    """

    version: str
    database: DatabaseState
    queue: QueueState
    tasks: tuple[TaskState, ...]
    last_removal: Removal | None
    raw_horizon: datetime | None
    metrics: MetricsState


def system_state(waiting_bytes: int) -> SystemState:
    """How everything is now.

    Args:
        waiting_bytes: What is in the ingest queue of the process that asks.
    """
    here = runtime.current()
    with runtime.reading() as connection:
        horizon = retention.horizon_ns(connection)
        return SystemState(
            version=__version__,
            database=_database(connection, here.settings.disk_budget),
            queue=QueueState(waiting_bytes, here.settings.ingest_queue_bytes),
            tasks=tuple(map(_task, upkeep_log.last_runs(connection))),
            last_removal=_last_removal(connection),
            raw_horizon=None if horizon is None else instant(horizon),
            metrics=_metrics(connection, here.settings.metrics_max),
        )


def _metrics(connection: Connection, most: int) -> MetricsState:
    last = custom_metrics.left_out(connection)
    return MetricsState(most, 0, None) if last is None else MetricsState(most, last[0], instant(last[1]))


def _database(connection: Connection, budget: int | None) -> DatabaseState:
    usage = disk_usage(connection)
    kind = connection.dialect.name
    return DatabaseState(kind, usage.used_bytes, usage.reusable_bytes, usage.log_bytes, budget)


def _task(run: TaskRun) -> TaskState:
    due_ns = run.started_ns + run.elapsed_ns + round(run.every_seconds * NS_PER_SECOND)
    return TaskState(
        name=run.name,
        every=run.every_seconds,
        last_run_at=instant(run.started_ns),
        elapsed=seconds(run.elapsed_ns),
        outcome=run.outcome,
        error=run.error,
        next_due_at=instant(due_ns),
        process=run.process,
    )


def _last_removal(connection: Connection) -> Removal | None:
    last = retention_facts.last_removed(connection)
    if last is None:
        return None
    return Removal(
        at=instant(last.at_ns),
        runs=last.runs,
        node_executions=last.node_executions,
        chunks=last.chunks,
        cell_units=last.cell_units,
        archived_runs=last.archived_runs,
        longest_transaction=seconds(last.longest_ns),
    )
