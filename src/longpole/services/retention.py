"""What is old goes: raw rows after a month, hourly figures after three, and more where the disk is to hold less.

    by age      runs that count for a time before the raw horizon ─► gone; their cells stay, frozen
                5-minute cells after 48 hours, hour cells after 90 days; day cells stay
    by size     while the database is near its budget, the oldest runs

Every step is a short transaction with a pause after it, so that ingest is not
kept waiting. Nothing goes that is not in the cells yet.

Upstream: `upkeep.retention`. Downstream: `store.retention`, `store.archive`.
Source: the design's storage sheet, §5.
"""

from collections.abc import Callable, Sequence
from itertools import accumulate

from longpole import runtime
from longpole.domain.units import NS_PER_DAY, NS_PER_SECOND, instant
from longpole.services import retention_days
from longpole.services.retention_archive import archived
from longpole.services.retention_pace import Pace
from longpole.store import retention
from longpole.store.disk_usage import DiskUsage, disk_usage, give_back
from longpole.store.keys import first_key_at
from longpole.store.retention import OldRun, Removable
from longpole.store.retention_facts import Removed, remember_removed

_RUNS_AT_ONCE = 2_000
_FIVE_MINUTE_CELLS_NS = 2 * NS_PER_DAY
_ROWS_PER_CHUNK = 20
"""A chunk costs about as much to delete as so many rows."""
_NEAR, _ENOUGH = 0.8, 0.7
"""Shares of the budget: where removing begins, and where it stops."""
_GIVE_BACK_PAGES = 200


def remove_old() -> Removed:
    """Remove what is older than the settings keep it.

    Raises:
        StorageUnavailableError: What was removed up to then is gone; the next round goes on.
    """
    here, removed, pace = runtime.current(), Removed(), Pace()
    now_ns = here.clock()
    horizon = (now_ns // NS_PER_DAY - here.settings.retention_raw_days) * NS_PER_DAY
    hourly_days = max(here.settings.retention_hourly_days, here.settings.retention_raw_days + 1)
    _remove_old_runs(horizon, removed, pace)
    _remove_chunks(first_key_at(horizon - NS_PER_DAY), removed, pace, pending=True)
    _remove_cells(0, now_ns - _FIVE_MINUTE_CELLS_NS, removed, pace)
    _remove_cells(1, now_ns - hourly_days * NS_PER_DAY, removed, pace)
    _remove_trends(now_ns - hourly_days * NS_PER_DAY, pace)
    return _told(removed, pace)


def keep_budget() -> Removed:
    """Remove the oldest runs, and what arrived of them, while the database is near its budget.

    Raises:
        StorageUnavailableError: What was removed up to then is gone; the next round goes on.
    """
    here, removed, pace = runtime.current(), Removed(), Pace()
    budget = here.settings.disk_budget
    if budget is None:
        return removed
    if _share(budget) > _NEAR:
        if here.engine.dialect.name == "postgresql":
            _remove_oldest_days(removed, lambda: _share(budget) <= _ENOUGH)
        else:
            silent_since = here.clock() - round(here.settings.run_settle_seconds * NS_PER_SECOND)
            which = Removable(first_key_at(here.clock()), silent_since_ns=silent_since)
            _remove_runs(which, removed, pace, lambda: _share(budget) <= _ENOUGH)
    if _usage().total_bytes > budget:
        _give_back(budget, pace)
    return _told(removed, pace)


def is_over_budget() -> bool:
    """Whether the database holds more than it should, and nothing more of it may go yet."""
    budget = runtime.current().settings.disk_budget
    return budget is not None and _usage().used_bytes > budget


def _usage() -> DiskUsage:
    with runtime.reading() as connection:
        return disk_usage(connection)


def _share(budget: int) -> float:
    """Which share of the budget holds something, of what the write-ahead log leaves: removing cannot shorten that."""
    usage = _usage()
    return usage.used_bytes / max(budget - usage.log_bytes, budget / 2)


def _remove_old_runs(horizon: int, removed: Removed, pace: Pace) -> None:
    which = Removable(first_key_at(horizon), before_ns=horizon)
    with runtime.reading() as connection:
        is_any = bool(retention.next_runs(connection, which, 1))
    with runtime.unit_of_work() as connection:
        if is_any and not retention.advance_horizon(connection, horizon):
            return  # some of them are not in the cells yet: in an hour
    retention_days.drop_days(horizon, horizon - NS_PER_DAY, removed)
    _remove_runs(which, removed, pace, lambda: False)


def _remove_oldest_days(removed: Removed, is_enough: Callable[[], bool]) -> None:
    """PostgreSQL gives the space of whole days back, so whole days go; today never does."""
    today = runtime.current().clock() // NS_PER_DAY * NS_PER_DAY
    with runtime.reading() as connection:
        days = retention_days.days_before(connection, today)
    for day_ns in days:
        if is_enough():
            return
        with runtime.unit_of_work() as connection:
            if not retention.advance_horizon(connection, day_ns + NS_PER_DAY):
                return
        retention_days.drop_days(day_ns + NS_PER_DAY, day_ns + NS_PER_DAY, removed)


def _remove_runs(which: Removable, removed: Removed, pace: Pace, is_enough: Callable[[], bool]) -> None:
    """Remove runs, the oldest first, until it is enough or none may go."""
    while not is_enough():
        with runtime.reading() as connection:
            found = retention.next_runs(connection, which, _RUNS_AT_ONCE)
        if not found:
            return
        removed.archived_runs += archived([run.run_key for run in found])
        while found and not is_enough():
            keys = _first_keys(found, pace.rows)
            del found[: len(keys)]
            with pace.step() as connection:
                gone, nodes = retention.delete_runs(connection, which, keys)
            removed.runs += len(gone)
            removed.node_executions += nodes
            if which.before_ns is None:  # what arrived of them is the larger part
                _remove_chunks(keys[-1], removed, pace, pending=False)


def _first_keys(found: Sequence[OldRun], most_rows: int) -> list[int]:
    """The first runs, one at least, that have so many rows together."""
    ends = accumulate(run.node_count + 1 for run in found)
    return [run.run_key for run, rows in zip(found, ends, strict=True) if run is found[0] or rows <= most_rows]


def _remove_chunks(before_key: int, removed: Removed, pace: Pace, *, pending: bool) -> None:
    while True:
        limit = pace.rows // _ROWS_PER_CHUNK + 1
        with pace.step() as connection:
            gone = retention.delete_chunks(connection, before_key, limit, pending=pending)
        removed.chunks += gone
        if gone < limit:
            return


def _remove_cells(tier: int, before_ns: int, removed: Removed, pace: Pace) -> None:
    """Cells that the coarser ones contain."""
    with runtime.reading() as connection:
        if not retention.is_computed(connection, before_ns):
            return
    while True:
        limit = pace.rows // _ROWS_PER_CHUNK + 1
        with pace.step() as connection:
            gone = retention.delete_cells(connection, tier, before_ns, limit)
        removed.cell_units += gone
        if gone < limit:
            return


def _remove_trends(before_ns: int, pace: Pace) -> None:
    while True:
        rows = pace.rows
        with pace.step() as connection:
            if retention.delete_hourly_trends(connection, instant(before_ns), rows) < rows:
                return


def _give_back(budget: int, pace: Pace) -> None:
    """Make the file smaller where it can be: it was larger than the budget before there was one."""
    is_more = True
    while is_more and _usage().total_bytes > budget:
        with pace.step() as connection:
            is_more = give_back(connection, _GIVE_BACK_PAGES)


def _told(removed: Removed, pace: Pace) -> Removed:
    """Remember what went, for `GET /system`."""
    removed.longest_ns = pace.longest_ns
    removed.at_ns = runtime.current().clock()
    if removed:
        with runtime.unit_of_work() as connection:
            remember_removed(connection, removed)
    return removed
