"""The oldest runs go with all that arrived of them, and what they came to is kept: SQLite, where space is wanted.

    the oldest runs ─► by workflow and 5 minutes ─► a step: what they came to is kept, they go
                                               └─► what arrived before them, and is of no run that is there

A step takes runs of one stretch of time together, as their cells are written
anew each time. What it writes is computed before it has the database.

Upstream: `retention_budget`. Downstream: `store.retention`, `store.retention_cells`.
"""

from collections.abc import Callable, Iterator, Sequence

from longpole import runtime
from longpole.services.retention_archive import archived
from longpole.services.retention_pace import Pace
from longpole.services.retention_steps import ROWS_PER_CHUNK, first_keys
from longpole.services.rollup_limits import limited
from longpole.store import retention, retention_cells
from longpole.store.keys import first_key_at
from longpole.store.retention import OldRun, Removable
from longpole.store.retention_facts import Removed
from longpole.store.rollup_cells import Made
from longpole.store.upkeep_log import fact, remember

SINCE = "budget_since_ns"
"""Name of the fact: when the first run went for want of space."""
_LEAST_ROWS, _LEAST_CHUNKS = 300, 50
"""In one step: with fewer, keeping what they came to outweighs removing them."""
_RUNS_AT_ONCE, _BATCH_ROWS = 500, 5_000
"""Some megabytes: no more goes than has to."""
_ROWS_PER_UNIT = 150
"""What the cells of a stretch of time cost to write anew, in rows."""


def remove_oldest(silent_since_ns: int, removed: Removed, pace: Pace, is_enough: Callable[[], bool]) -> None:
    """Remove runs that are over, in their cells, and not heard of since, until it is enough or none is left.

    Raises:
        StorageUnavailableError: What was removed up to then is gone.
    """
    which = Removable(first_key_at(runtime.current().clock()), silent_since_ns=silent_since_ns)
    while not is_enough():
        with runtime.reading() as connection:
            found = retention.next_runs(connection, which, _RUNS_AT_ONCE)
        found = found[: len(first_keys(found, _BATCH_ROWS))]
        before_key = found[0].run_key if found else first_key_at(silent_since_ns)
        _remove_chunks(before_key, removed, pace, is_enough)  # of runs that went before these: the larger part
        if not found:
            return
        removed.archived_runs += archived([run.run_key for run in found])
        for keys in _steps(found, pace):
            if pace.is_over:
                return
            _remove_some(which, keys, removed, pace)


def _steps(found: Sequence[OldRun], pace: Pace) -> Iterator[list[int]]:
    """The keys of the runs, some at a time, those that are in the same cells together."""
    keys: list[int] = []
    rows, unit = 0, None
    for run in sorted(found, key=lambda run: (run.unit, run.run_key)):
        more = run.node_count + 1 + (_ROWS_PER_UNIT if run.unit != unit else 0)
        if keys and rows + more > max(pace.rows, _LEAST_ROWS):
            yield keys
            keys, rows = [], 0
            more = run.node_count + 1 + _ROWS_PER_UNIT
        keys.append(run.run_key)
        rows, unit = rows + more, run.unit
    if keys:
        yield keys


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
        if fact(connection, SINCE) is None:
            remember(connection, SINCE, runtime.current().clock())
    removed.runs += len(gone)
    removed.node_executions += nodes


def _remove_chunks(before_key: int, removed: Removed, pace: Pace, is_enough: Callable[[], bool]) -> None:
    """What arrived before, apart from what is no run yet and what runs are made of that are there."""
    after_key = -1
    while not is_enough():
        limit = max(pace.rows // ROWS_PER_CHUNK, _LEAST_CHUNKS)
        with runtime.reading() as connection:
            found = retention.next_chunks(connection, after_key, before_key, limit)
            lost = retention.without_runs(connection, found)
        if not found:
            return
        after_key = found[-1].chunk_key
        if lost:
            with pace.step() as connection:
                removed.chunks += retention.delete_chunks(connection, lost)
