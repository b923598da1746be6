"""The steps that removing by age and removing for space share.

Upstream: `services.retention`, `services.retention_budget`. Downstream: `store.retention`.
"""

from collections.abc import Sequence
from itertools import accumulate

from longpole import runtime
from longpole.services.retention_pace import Pace
from longpole.store.retention import OldRun
from longpole.store.retention_facts import Removed, remember_removed

RUNS_AT_ONCE = 2_000
ROWS_PER_CHUNK = 20
"""A chunk costs about as much to delete as so many rows."""


def first_keys(found: Sequence[OldRun], most_rows: int) -> list[int]:
    """The first runs, one at least, that have so many rows together."""
    ends = accumulate(run.node_count + 1 for run in found)
    return [run.run_key for run, rows in zip(found, ends, strict=True) if run is found[0] or rows <= most_rows]


def told(removed: Removed, pace: Pace) -> Removed:
    """Remember what went, for `GET /system`."""
    removed.longest_ns = pace.longest_ns
    removed.at_ns = runtime.current().clock()
    if removed:
        with runtime.unit_of_work() as connection:
            remember_removed(connection, removed)
    return removed
