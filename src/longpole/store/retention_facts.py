"""What retention removed last, for every process that shares the database.

Upstream: `services.retention`. Downstream: `services.system`.
"""

from dataclasses import dataclass, fields

from sqlalchemy import Connection

from longpole.store.upkeep_log import fact, remember

_PREFIX = "retention_"


@dataclass(slots=True)
class Removed:
    """What one round removed.

    Attributes:
        at_ns: When it ended.
        runs: Raw rows of runs; their cells stayed.
        node_executions: Their nodes.
        chunks: Telemetry that runs were assembled from, per batch.
        cell_units: Units of 5 minutes or an hour whose cells went, by workflow.
        archived_runs: Runs that were written to Parquet before.
        longest_ns: The longest transaction that it needed.
    """

    at_ns: int = 0
    runs: int = 0
    node_executions: int = 0
    chunks: int = 0
    cell_units: int = 0
    archived_runs: int = 0
    longest_ns: int = 0

    def __bool__(self) -> bool:
        """Whether anything went."""
        return bool(self.runs or self.chunks or self.cell_units)

    def words(self) -> str:
        """For people."""
        archived = f" ({self.archived_runs:,} archived)" if self.archived_runs else ""
        return (
            f"removed {self.runs:,} runs{archived}, {self.node_executions:,} node executions, {self.chunks:,} chunks "
            f"of telemetry, cells of {self.cell_units:,} units; longest transaction {self.longest_ns / 1e6:.0f} ms"
        )


def remember_removed(connection: Connection, removed: Removed) -> None:
    """Remember it in the place of the round before."""
    for each in fields(Removed):
        remember(connection, _PREFIX + each.name, getattr(removed, each.name))


def last_removed(connection: Connection) -> Removed | None:
    """What the last round that removed anything did; None where nothing was ever removed."""
    found = {each.name: fact(connection, _PREFIX + each.name) for each in fields(Removed)}
    known = {name: value for name, value in found.items() if value is not None}
    return Removed(**known) if known else None
