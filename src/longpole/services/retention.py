"""What is old goes: raw rows after a month, hourly figures after three.

    runs that count for a time before the raw horizon ─► gone; their cells stay, frozen
    5-minute cells after 48 hours, hour cells after 90 days; day cells stay

Every step is a short transaction with a pause after it, so that ingest is not
kept waiting. Nothing goes that is not in the cells yet.

Upstream: `upkeep.retention`. Downstream: `store.retention`, `store.archive`.
Source: the design's storage sheet, §5.
"""

from longpole import runtime
from longpole.domain.units import NS_PER_DAY, instant
from longpole.services import retention_days
from longpole.services.retention_archive import archived
from longpole.services.retention_budget import forget_unchanging
from longpole.services.retention_pace import Pace
from longpole.services.retention_steps import ROWS_PER_CHUNK, RUNS_AT_ONCE, first_keys, told
from longpole.store import retention
from longpole.store.keys import first_key_at
from longpole.store.retention import Removable
from longpole.store.retention_facts import Removed

_FIVE_MINUTE_CELLS_NS = 2 * NS_PER_DAY


def has_old_runs() -> bool:
    """Whether runs are to go: without, there is little to do."""
    which = _old_runs(_horizon())
    with runtime.reading() as connection:
        return bool(retention.next_runs(connection, which, 1))


def _horizon() -> int:
    here = runtime.current()
    return (here.clock() // NS_PER_DAY - here.settings.retention_raw_days) * NS_PER_DAY


def _old_runs(horizon: int) -> Removable:
    return Removable(first_key_at(horizon), before_ns=horizon)


def remove_old(seconds: float | None = None) -> Removed:
    """Remove what is older than the settings keep it; what is left after `seconds` stays for the next round.

    Raises:
        StorageUnavailableError: What was removed up to then is gone; the next round goes on.
    """
    here, removed, pace = runtime.current(), Removed(), Pace(seconds=seconds)
    now_ns, horizon = here.clock(), _horizon()
    hourly_days = max(here.settings.retention_hourly_days, here.settings.retention_raw_days + 1)
    _remove_old_runs(horizon, removed, pace)
    _remove_chunks(first_key_at(horizon - NS_PER_DAY), removed, pace)
    _remove_cells(0, now_ns - _FIVE_MINUTE_CELLS_NS, removed, pace)
    _remove_cells(1, now_ns - hourly_days * NS_PER_DAY, removed, pace)
    _remove_trends(now_ns - hourly_days * NS_PER_DAY, pace)
    forget_unchanging(pace)
    return told(removed, pace)


def _remove_old_runs(horizon: int, removed: Removed, pace: Pace) -> None:
    which = _old_runs(horizon)
    with runtime.reading() as connection:
        is_any = bool(retention.next_runs(connection, which, 1))
    with runtime.unit_of_work() as connection:
        if is_any and not retention.advance_horizon(connection, horizon):
            return  # some of them are not in the cells yet: in an hour
    retention_days.drop_days(horizon, horizon - NS_PER_DAY, removed)
    _remove_runs(which, removed, pace)


def _remove_runs(which: Removable, removed: Removed, pace: Pace) -> None:
    while not pace.is_over:
        with runtime.reading() as connection:
            found = retention.next_runs(connection, which, RUNS_AT_ONCE)
        if not found:
            return
        removed.archived_runs += archived([run.run_key for run in found])
        while found:
            keys = first_keys(found, pace.rows)
            del found[: len(keys)]
            with pace.step() as connection:
                gone, nodes = retention.delete_runs(connection, which, keys)
            removed.runs += len(gone)
            removed.node_executions += nodes


def _remove_chunks(before_key: int, removed: Removed, pace: Pace) -> None:
    """What arrived so long ago that nothing of it is a run any more, or will be."""
    while not pace.is_over:
        limit = pace.rows // ROWS_PER_CHUNK + 1
        with pace.step() as connection:
            gone = retention.delete_chunks_before(connection, before_key, limit)
        removed.chunks += gone
        if gone < limit:
            return


def _remove_cells(tier: int, before_ns: int, removed: Removed, pace: Pace) -> None:
    """Cells that the coarser ones contain."""
    with runtime.reading() as connection:
        if not retention.is_computed(connection, before_ns):
            return
    while not pace.is_over:
        limit = pace.rows // ROWS_PER_CHUNK + 1
        with pace.step() as connection:
            gone = retention.delete_cells(connection, tier, before_ns, limit)
        removed.cell_units += gone
        if gone < limit:
            return


def _remove_trends(before_ns: int, pace: Pace) -> None:
    while not pace.is_over:
        rows = pace.rows
        with pace.step() as connection:
            if retention.delete_hourly_trends(connection, instant(before_ns), rows) < rows:
                return
