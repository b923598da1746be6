"""Processor time by the hour: of runs themselves, since cells do not hold it, for as long as runs are kept.

Upstream: `services.usage_series`. Downstream: `tables.runs`.
"""

from collections.abc import Sequence

from sqlalchemy import BigInteger, Connection, cast, func, select

from longpole.store.rollup_raw import counted
from longpole.store.tables import runs

_NS = 1_000_000_000
_KEYS_PER_QUERY = 500


def cpu_by_period(
    connection: Connection, workflow_keys: Sequence[int], start: int, end: int, seconds: int
) -> list[tuple[int, int, int | None]]:
    """Workflow, start of a period, and nanoseconds of processor time of the runs that ended in it.

    Periods without runs are left out; None is where no run said it.

    O(runs of the stretch), in the database.

    Args:
        connection: To read on.
        workflow_keys: Of which workflows.
        start: Seconds since the epoch, the beginning of a period.
        end: Up to when.
        seconds: How long a period is.
    """
    length = seconds * _NS
    place = (runs.c.period_ns - start * _NS) // length
    query = (
        select(runs.c.workflow_key, place.label("place"), cast(func.sum(runs.c.cpu_ns), BigInteger).label("cpu_ns"))
        .where(runs.c.period_ns >= start * _NS, runs.c.period_ns < end * _NS, counted())
        .group_by(runs.c.workflow_key, "place")
    )
    found: list[tuple[int, int, int | None]] = []
    for begin in range(0, len(workflow_keys), _KEYS_PER_QUERY):
        some = query.where(runs.c.workflow_key.in_(workflow_keys[begin : begin + _KEYS_PER_QUERY]))
        found += [(key, start + place * seconds, cpu_ns) for key, place, cpu_ns in connection.execute(some)]
    return found
