"""Runs that have been silent for so long that their end is not waited for any more: they count, as partial.

Whatever is heard of such a run later makes it an ordinary one again.

Upstream: `services.rollups`. Downstream: `tables.runs`, `dirty_marks`.
"""

from sqlalchemy import Connection, select, update

from longpole.store.dirty_marks import Move, mark, place
from longpole.store.tables import runs


def abandon_runs(connection: Connection, silent_before_ns: int, limit: int) -> int:
    """Give up some runs of which no end was seen and nothing was heard since an instant; how many."""
    is_open = ~runs.c.is_ended & ~runs.c.is_abandoned
    query = select(runs.c.run_key, runs.c.workflow_key, runs.c.period_ns).where(
        is_open, runs.c.last_received_ns <= silent_before_ns
    )
    found = connection.execute(query.order_by(runs.c.last_received_ns).limit(limit).with_for_update()).all()
    keys = [row.run_key for row in found]
    connection.execute(update(runs).where(runs.c.run_key.in_(keys)).values(is_abandoned=True))
    mark(connection, (Move(key, None, place(workflow, period, is_counted=True)) for key, workflow, period in found))
    return len(keys)
