"""Whoever changes a run notes it in the same transaction, so that nobody who looks on misses it.

A note carries the number of its transaction. Which notes are new is decided by
what the database itself says is visible, never by a clock or by the order in
which numbers were given out:

    PostgreSQL   seen = the snapshot of the last look: all transactions below `next` but those of `open`
                 new  = notes of transactions from `next` on, or of `open`, that this snapshot sees
    SQLite       one transaction writes at a time, so a number that is seen has all smaller ones before it:
                 the same with nothing `open`

Hence each note is new in exactly one look of any chain of looks, in whatever
order transactions commit, and however long one takes. What the notes say is
only *which* run: what has become of it is read from the run itself, in the
same snapshot. Retention is not noted: what it removes is old.

Upstream: `run_writes`, `recorded_runs`, `abandoned_runs`, `repricing`. Downstream: `live_reads`, `live_pruning`.
Source: PostgreSQL manual, "System Information Functions": `pg_current_snapshot`, `pg_current_xact_id`.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from longpole.domain.runs import TELEMETRY
from longpole.store.bulk import Row, insert_rows
from longpole.store.keys import row_key
from longpole.store.tables import run_changes, runs

_KEY, _WORKFLOW_KEY, _SOURCE, _IS_ENDED, _HEARD = (
    runs.columns.keys().index(name) for name in ("run_key", "workflow_key", "source", "is_ended", "last_received_ns")
)
_NOTE_ALL = (
    "INSERT INTO run_changes (transaction_id, change_key, run_key, settling_ns, left_workflow_key, gone_run_id) "
    "SELECT pg_current_xact_id()::text::bigint, given.* FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], "
    "%s::bigint[], %s::text[]) AS given"
)


class Change(NamedTuple):
    """A run that was written or deleted.

    Attributes:
        settling_ns: When its newest news arrived, where it is complete once that is some time ago.
        left_workflow_key: The workflow that it belonged to and does no longer.
        gone_run_id: Its id, if it was deleted.
    """

    run_key: int
    settling_ns: int | None = None
    left_workflow_key: int | None = None
    gone_run_id: str | None = None


def written(row: Row, was_in: int | None = None) -> Change:
    """The change that a whole row of `runs` makes, of a run that was in another workflow before, or in none."""
    is_settling = row[_IS_ENDED] and row[_SOURCE] == TELEMETRY
    has_left = was_in is not None and was_in != row[_WORKFLOW_KEY]
    return Change(row[_KEY], row[_HEARD] if is_settling else None, was_in if has_left else None)


def note_changes(connection: Connection, changes: Sequence[Change]) -> None:
    """Note changes, as part of the transaction that makes them."""
    if not changes:
        return
    keyed = [(row_key(), *change) for change in changes]
    if connection.dialect.name == "postgresql":
        keys, run_keys, settling, left, gone = zip(*keyed, strict=True)
        numbers = (_array(keys), _array(run_keys), _array(settling), _array(left))
        connection.exec_driver_sql(_NOTE_ALL, (*numbers, list(gone)))
        return
    newest = connection.scalar(select(func.max(run_changes.c.transaction_id))) or 0
    insert_rows(connection, run_changes, [(newest + 1, *row) for row in keyed])


def _array(numbers: Iterable[int | None]) -> str:
    """Numbers in PostgreSQL's own spelling (see `quick_reads.array`), unknown ones too."""
    return f"{{{','.join('NULL' if number is None else str(number) for number in numbers)}}}"
