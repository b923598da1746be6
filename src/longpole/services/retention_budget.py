"""Where the disk is to hold less than comes in a month, the oldest runs go before they are old.

    SQLite      runs in the order in which they were first seen, some hundred at a time; free pages are used again
    PostgreSQL  whole days, which gives their space back; today never goes

Figures stay exact: what a removed run came to is kept beside the cells until
nothing of its time changes any more, two days at least. Nothing new is taken
while the budget is used up, and that ends by itself: where no run may go,
those that went silent are given up, which lets them go.

Upstream: `upkeep.retention`. Downstream: `retention_oldest`, `retention_days`, `store.disk_usage`.
"""

from collections.abc import Callable

from longpole import runtime
from longpole.domain.units import NS_PER_DAY, NS_PER_SECOND
from longpole.services import retention_days
from longpole.services.retention_oldest import SINCE, remove_oldest
from longpole.services.retention_pace import Pace
from longpole.services.retention_steps import ROWS_PER_CHUNK, RUNS_AT_ONCE, told
from longpole.store import retention, retention_cells
from longpole.store.abandoned_runs import abandon_runs
from longpole.store.disk_usage import DiskUsage, disk_usage, give_back, has_room, shorten_log
from longpole.store.keys import key_time_ns
from longpole.store.retention_facts import Removed
from longpole.store.upkeep_log import fact

_NEAR, _ENOUGH = 0.72, 0.65
"""Shares of the budget: where removing begins, and where it stops."""
_LONG_LOG = 0.06
"""The share of the budget that the write-ahead log may take for good."""
_GIVE_UP_S = 60
"""Runs of which no end was seen have been silent for so long when they are given up for want of space."""
_GIVE_BACK_PAGES, _GIVE_BACK_STEPS = 500, 50


def keep_budget(seconds: float | None = None) -> Removed:
    """Remove the oldest runs, and what arrived of them, while the database is near its budget; for `seconds` at most.

    Raises:
        StorageUnavailableError: What was removed up to then is gone; the next round goes on.
    """
    here, removed, pace = runtime.current(), Removed(), Pace(seconds=seconds)
    budget = here.settings.disk_budget
    if budget is None:
        return removed
    if _usage().log_bytes > _LONG_LOG * budget:
        shorten_log(here.engine)
    if _share(budget) > _NEAR:
        if here.engine.dialect.name == "postgresql":
            _remove_oldest_days(removed, lambda: _share(budget) <= _ENOUGH)
        else:
            _remove_oldest(removed, pace, budget)
    if _usage().total_bytes > budget:
        _give_back(budget, pace)
    return told(removed, pace)


def _remove_oldest(removed: Removed, pace: Pace, budget: int) -> None:
    here = runtime.current()
    silent_since_ns = here.clock() - round(here.settings.run_settle_seconds * NS_PER_SECOND)
    remove_oldest(silent_since_ns, removed, pace, lambda: pace.is_over or _share(budget) <= _ENOUGH)
    if removed or is_taking():
        return
    with pace.step() as connection:  # once they are in the cells they may go
        abandon_runs(connection, here.clock() - _GIVE_UP_S * NS_PER_SECOND, RUNS_AT_ONCE)


def is_near_budget() -> bool:
    """Whether there is something to do for `keep_budget`."""
    budget = runtime.current().settings.disk_budget
    if budget is None:
        return False
    usage = _usage()
    return _share(budget) > _NEAR or usage.log_bytes > _LONG_LOG * budget or usage.total_bytes > budget


def is_taking() -> bool:
    """Whether anything new is taken."""
    with runtime.reading() as connection:
        return has_room(connection, runtime.current().settings.disk_budget)


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
        since_ns, oldest = fact(connection, SINCE), retention.oldest_run_key(connection)
    if since_ns is not None and now_ns - since_ns > 3 * NS_PER_DAY:
        oldest_ns = now_ns if oldest is None else key_time_ns(oldest)
        until_ns = min(now_ns // NS_PER_DAY - 2, oldest_ns // NS_PER_DAY - 1) * NS_PER_DAY
        with runtime.unit_of_work() as connection:
            retention.advance_horizon(connection, until_ns)
    with runtime.reading() as connection:
        before = (retention.horizon_ns(connection) or 0) // NS_PER_SECOND
    gone = limit = 1
    while gone == limit and not pace.is_over:
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


def _give_back(budget: int, pace: Pace) -> None:
    """Make the file smaller where it can be, some of it each time: it had been larger than the budget."""
    for _ in range(_GIVE_BACK_STEPS):
        if _usage().total_bytes <= budget:
            return
        with pace.step() as connection:
            if not give_back(connection, _GIVE_BACK_PAGES):
                return
