"""Where the disk is to hold less than comes in a month, the oldest runs go before they are old.

    SQLite      runs in the order in which they were first seen, some hundred at a time; free pages are used again
    PostgreSQL  whole days, which gives their space back; today never goes

Figures stay exact: what a removed run came to is kept beside the cells until
nothing of its time changes any more, two days at least.

Upstream: `upkeep.retention`. Downstream: `store.retention`, `store.retention_cells`.
"""

from collections.abc import Callable, Sequence

from longpole import runtime
from longpole.domain.units import NS_PER_DAY, NS_PER_SECOND
from longpole.services import retention_days
from longpole.services.retention_archive import archived
from longpole.services.retention_pace import Pace
from longpole.services.retention_steps import ROWS_PER_CHUNK, RUNS_AT_ONCE, first_keys, remove_chunks, told
from longpole.services.rollup_limits import limited
from longpole.store import retention, retention_cells
from longpole.store.disk_usage import DiskUsage, disk_usage, give_back
from longpole.store.keys import first_key_at, key_time_ns
from longpole.store.retention import Removable
from longpole.store.retention_facts import Removed
from longpole.store.rollup_cells import Made
from longpole.store.upkeep_log import fact, remember

_NEAR, _ENOUGH = 0.8, 0.7
"""Shares of the budget: where removing begins, and where it stops."""
_LEAST_ROWS = 1_500
"""In one step: what removed runs came to is written anew each time, however few they are."""
_GIVE_BACK_PAGES, _GIVE_BACK_STEPS = 500, 50
_SINCE = "budget_since_ns"
"""Name of the fact: when the first run went for want of space."""


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
    return told(removed, pace)


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


def forget_unchanging(pace: Pace) -> None:
    """Freeze the cells of times that are over for good, and forget what removed runs of them came to.

    That is two days ago, where runs have been going for want of space for
    three, and never a day of which runs are still there.
    """
    now_ns = runtime.current().clock()
    with runtime.reading() as connection:
        since_ns, oldest = fact(connection, _SINCE), retention.oldest_run_key(connection)
    if since_ns is not None and now_ns - since_ns > 3 * NS_PER_DAY:
        oldest_ns = now_ns if oldest is None else key_time_ns(oldest)
        until_ns = min(now_ns // NS_PER_DAY - 2, oldest_ns // NS_PER_DAY - 1) * NS_PER_DAY
        with runtime.unit_of_work() as connection:
            retention.advance_horizon(connection, until_ns)
    with runtime.reading() as connection:
        before = (retention.horizon_ns(connection) or 0) // NS_PER_SECOND
    gone = limit = 1
    while gone == limit:
        limit = pace.rows // ROWS_PER_CHUNK + 1
        with pace.step() as connection:
            gone = retention_cells.forget(connection, before, limit)


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
            found = retention.next_runs(connection, which, RUNS_AT_ONCE)
        if not found:
            return
        removed.archived_runs += archived([run.run_key for run in found])
        while found and not is_enough():
            keys = first_keys(found, max(pace.rows, _LEAST_ROWS))
            del found[: len(keys)]
            _remove_some(which, keys, removed, pace)
            remove_chunks(keys[-1], removed, pace, pending=False)  # what arrived of them is the larger part


def _remove_some(which: Removable, keys: Sequence[int], removed: Removed, pace: Pace) -> None:
    """Remove runs and keep what they came to; nothing, where one of them changes meanwhile: the next round does it."""
    with runtime.reading() as connection:
        stamps = retention.stamps(connection, which, keys)
        kept = retention_cells.with_earlier(connection, retention_cells.cells_to_keep(connection, list(stamps)))
    whole = limited(Made(*kept))
    with pace.step() as connection:  # nobody but the leader's thread, which this is, keeps such cells
        if retention.stamps(connection, which, keys) != stamps:
            return
        retention_cells.put(connection, (whole.of_runs, whole.of_nodes))
        gone, nodes = retention.delete_runs(connection, which, keys)
        if fact(connection, _SINCE) is None:
            remember(connection, _SINCE, runtime.current().clock())
    removed.runs += len(gone)
    removed.node_executions += nodes


def _give_back(budget: int, pace: Pace) -> None:
    """Make the file smaller where it can be, some of it each time: it had been larger than the budget."""
    for _ in range(_GIVE_BACK_STEPS):
        if _usage().total_bytes <= budget:
            return
        with pace.step() as connection:
            if not give_back(connection, _GIVE_BACK_PAGES):
                return
