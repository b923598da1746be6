"""PostgreSQL: old days go as whole partitions, which takes a moment and gives the disk its space back.

Runs that count for a later time than the day on which they were first seen
outlive it.

Upstream: `services.retention`. Downstream: `store.partitions`.
"""

import time
from collections.abc import Callable
from datetime import date
from functools import partial

from sqlalchemy import Connection

from longpole import runtime
from longpole.domain.errors import StorageUnavailableError
from longpole.domain.units import NS_PER_DAY
from longpole.services.retention_archive import archived
from longpole.store import partitions, retention
from longpole.store.retention import Removable
from longpole.store.retention_facts import Removed

_TRIES, _BETWEEN_S = 20, 0.25
_RUNS_AT_ONCE = 2_000


def days_before(connection: Connection, until_ns: int) -> list[int]:
    """The days that have partitions and are over at an instant, by their begin, the oldest first."""
    found = {day for table in partitions.PARTITIONED for day in partitions.days(connection, table)}
    return sorted(partitions.begin_of(day) for day in found if _end(day) <= until_ns)


def drop_days(horizon_ns: int, chunks_until_ns: int, removed: Removed) -> None:
    """Drop the partitions of days that are over before the horizon; nothing on SQLite.

    Args:
        horizon_ns: Runs that count for this instant or later are kept.
        chunks_until_ns: What arrived up to then goes; best a day less, so that what comes late finds all of it.
        removed: What went is added to it.

    Raises:
        StorageUnavailableError: A table was in use all the time; the next round goes on.
    """
    with runtime.reading() as connection:
        if not partitions.is_partitioned(connection):
            return
        old = {
            table: [day for day in partitions.days(connection, table) if _end(day) <= horizon_ns]
            for table in partitions.PARTITIONED
        }
    for day in old["runs"]:
        _archive(day, horizon_ns, removed)
    for day in sorted({day for days in old.values() for day in days}):
        for table in ("node_attempts", "node_executions", "runs"):  # the run last: it says what is kept
            if day in old[table]:
                _patiently(partial(_drop, table, day, horizon_ns, removed))
        if day in old["trace_chunks"] and _end(day) <= chunks_until_ns:
            _patiently(partial(_drop, "trace_chunks", day, horizon_ns, removed))


def _end(day: date) -> int:
    return partitions.begin_of(day) + NS_PER_DAY


def _archive(day: date, horizon_ns: int, removed: Removed) -> None:
    if runtime.current().settings.archive_dir is None:
        return
    low, high = partitions.bounds(day)
    while True:
        with runtime.reading() as connection:
            which = Removable(high, from_key=low, before_ns=horizon_ns)
            keys = [run.run_key for run in retention.next_runs(connection, which, _RUNS_AT_ONCE)]
        if not keys:
            return
        removed.archived_runs += archived(keys)
        low = keys[-1] + 1


def _drop(table: str, day: date, horizon_ns: int, removed: Removed) -> None:
    with runtime.unit_of_work() as connection:
        kept = [] if table == "trace_chunks" else partitions.kept_runs(connection, day, horizon_ns)
        count = partitions.count_rows(connection, table, day, kept)
        partitions.drop_day(connection, table, day, kept)
    match table:
        case "runs":
            removed.runs += count
        case "node_executions":
            removed.node_executions += count
        case "trace_chunks":
            removed.chunks += count


def _patiently(work: Callable[[], None]) -> None:
    """Try again where somebody has the table in use: others would wait behind us if we waited."""
    for _ in range(_TRIES - 1):
        try:
            return work()
        except StorageUnavailableError:
            time.sleep(_BETWEEN_S)
    return work()
