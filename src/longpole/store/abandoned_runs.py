"""Runs that have been silent for so long that their end is not waited for any more: they count, as partial.

Whatever is heard of such a run later makes it an ordinary one again.

Upstream: `services.rollups`. Downstream: `tables.runs`, `dirty_marks`, `run_changes`.
"""

from sqlalchemy import Connection, select, text, update

from longpole.store.dirty_marks import Move, mark, place
from longpole.store.run_changes import Change, note_changes
from longpole.store.tables import runs

IS_OPEN = text("NOT runs.is_ended AND NOT runs.is_abandoned")
"""What holds of runs without an end, in the words of `ix_runs_open`: in others SQLite reads the whole table."""


def abandon_runs(connection: Connection, silent_before_ns: int, limit: int) -> int:
    """Give up some runs of which no end was seen and nothing was heard since an instant; how many."""
    query = select(runs.c.run_key, runs.c.workflow_key, runs.c.period_ns).where(
        IS_OPEN, runs.c.last_received_ns <= silent_before_ns
    )
    found = connection.execute(query.order_by(runs.c.last_received_ns).limit(limit).with_for_update()).all()
    keys = [row.run_key for row in found]
    connection.execute(update(runs).where(runs.c.run_key.in_(keys)).values(is_abandoned=True))
    note_changes(connection, [Change(key) for key in keys])
    mark(connection, (Move(key, None, place(workflow, period, is_counted=True)) for key, workflow, period in found))
    return len(keys)
