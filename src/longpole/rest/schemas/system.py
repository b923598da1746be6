"""How the installation is."""

from datetime import datetime

from longpole.rest.schemas.answer import Answer


class DatabaseState(Answer):
    """What the data is kept in; sizes are bytes."""

    kind: str
    """sqlite or postgresql."""
    used_bytes: int
    reusable_bytes: int
    """Holds nothing; used again before the database grows."""
    log_bytes: int
    """SQLite's write-ahead log."""
    budget_bytes: int | None
    """LONGPOLE_DISK_BUDGET; null for no bound."""


class QueueState(Answer):
    """Telemetry of the process that answers which is in memory until it is stored."""

    waiting_bytes: int
    capacity_bytes: int


class TaskState(Answer):
    """An upkeep task's last run, by whichever process did it; times are seconds."""

    name: str
    every: float
    last_run_at: datetime
    elapsed: float
    outcome: str | None
    """What it did, in words; null where there was nothing to do."""
    error: str | None
    next_due_at: datetime
    process: str


class Removal(Answer):
    """What retention removed when it last removed something."""

    at: datetime
    runs: int
    node_executions: int
    chunks: int
    """Batches of telemetry that runs were assembled from."""
    cell_units: int
    """Units of 5 minutes or an hour, per workflow, of which only coarser figures are left."""
    archived_runs: int
    longest_transaction: float
    """Seconds; ingest waits no longer than that."""


class MetricsState(Answer):
    """Metrics that workflows send."""

    most_names: int
    """LONGPOLE_METRICS_MAX: of so many there are figures of one stretch of time."""
    dropped_names: int
    """How many more the fullest cell had when there were last too many; 0: there never were."""
    last_dropped_at: datetime | None


class System(Answer):
    """How the installation is."""

    version: str
    database: DatabaseState
    queue: QueueState
    tasks: tuple[TaskState, ...]
    last_removal: Removal | None
    raw_horizon: datetime | None
    """Runs that count for a time before may be gone, their figures stay; null where none has gone."""
    metrics: MetricsState
