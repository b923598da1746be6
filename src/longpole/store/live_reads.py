"""Which runs have changed since somebody last looked, and the newest ones for who begins to.

A run changes when somebody writes it, and by time alone: it is complete some
time after its end, and incomplete when nothing was heard of it for long. Both
are read here, so that a chain of looks sees every change, whichever process
wrote it (the law stands in `run_changes`):

    written      notes of transactions that are seen now and were not seen then
    complete     notes whose news became old enough between then and now
    incomplete   open runs that became silent for long enough between then and now

Upstream: `services.live`. Downstream: `tables.live`, `tables.runs`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, func, null, or_, select, text, union_all

from longpole.domain.live import Changed, LiveScope, Place
from longpole.domain.run_lists import RunFilters
from longpole.domain.runs import Run
from longpole.store import run_reads
from longpole.store.abandoned_runs import IS_OPEN
from longpole.store.keys import key_time_ns
from longpole.store.live_cursors import Cursor
from longpole.store.run_rows import run_of
from longpole.store.tables import run_changes, runs, workflows
from longpole.store.upkeep_log import facts
from longpole.store.workflow_scope import find_scope

JOURNAL, PRUNED_BELOW, PRUNED_KEY = "live_journal", "live_pruned_below", "live_pruned_key"
_KEYS_PER_QUERY, _MOST_OPEN = 500, 5_000
_SEEN = text(
    "SELECT pg_snapshot_xmax(now)::text::bigint, ARRAY(SELECT open::text::bigint FROM pg_snapshot_xip(now) AS open) "
    "FROM pg_current_snapshot() AS now"
)


@dataclass(frozen=True, slots=True)
class Patience:
    """After how long a silence a run is complete, and after how long incomplete."""

    settle_ns: int
    abandon_ns: int


class _Note(NamedTuple):
    run_key: int
    left_workflow_key: int | None
    gone_run_id: str | None


def seen_now(connection: Connection, now_ns: int) -> Cursor:
    """How far this transaction sees."""
    journal = facts(connection, [JOURNAL]).get(JOURNAL, 0)
    if connection.dialect.name == "postgresql":
        next_id, open_ids = connection.execute(_SEEN).one()
        return Cursor(journal, next_id, tuple(sorted(open_ids)), now_ns)
    newest = connection.scalar(select(func.max(run_changes.c.transaction_id))) or 0
    return Cursor(journal, newest + 1, (), now_ns)


def can_go_on(connection: Connection, after: Cursor, now: Cursor, settle_ns: int) -> bool:
    """Whether all is still there that happened since a cursor; it may be too old, or of another database."""
    if after.journal != now.journal or after.next_id > now.next_id:
        return False
    pruned = facts(connection, [PRUNED_BELOW, PRUNED_KEY])
    if after.oldest_id() < pruned.get(PRUNED_BELOW, 0):
        return False
    return PRUNED_KEY not in pruned or after.as_of_ns >= key_time_ns(pruned[PRUNED_KEY]) + settle_ns


def changes(
    connection: Connection, after: Cursor, now: Cursor, patience: Patience, most: int
) -> tuple[Changed, ...] | None:
    """What has become of the runs that changed from one cursor to another, each run once; None: of more than `most`."""
    query = union_all(
        _written(after), _completed(after, now, patience.settle_ns), _silent(after, now, patience.abandon_ns)
    )
    notes = [_Note(*row) for row in connection.execute(query.limit(most + 1))]
    if len(notes) > most:
        return None
    if not notes:
        return ()
    found = _runs_of(connection, dict.fromkeys(note.run_key for note in notes))
    places = _places(connection, {note.left_workflow_key for note in notes} - {None})
    deleted = {note.run_key: note.gone_run_id for note in notes if note.gone_run_id is not None}
    told: dict[tuple[str, Place | None], Changed] = {}
    for note in notes:
        left = None if note.left_workflow_key is None else places.get(note.left_workflow_key)
        run = found.get(note.run_key)
        run_id = run.workflow_run_id if run is not None else deleted.get(note.run_key)
        if run_id is not None and (run is not None or (run_id, left) not in told):
            told[run_id, left] = Changed(run_id, run, left)  # one that was deleted may be there anew, under another key
    return tuple(told.values())


def _written(after: Cursor) -> Select[Any]:
    number = run_changes.c.transaction_id
    is_new: ColumnElement[bool] = number >= after.next_id
    if after.open_ids:
        is_new = or_(is_new, number.in_(after.open_ids))
    return select(run_changes.c.run_key, run_changes.c.left_workflow_key, run_changes.c.gone_run_id).where(is_new)


def _completed(after: Cursor, now: Cursor, settle_ns: int) -> Select[Any]:
    heard = run_changes.c.settling_ns
    due = and_(heard > after.as_of_ns - settle_ns, heard <= now.as_of_ns - settle_ns)
    return select(run_changes.c.run_key, null(), null()).where(due)


def _silent(after: Cursor, now: Cursor, abandon_ns: int) -> Select[Any]:
    heard = runs.c.last_received_ns
    due = and_(IS_OPEN, heard > after.as_of_ns - abandon_ns, heard <= now.as_of_ns - abandon_ns)
    return select(runs.c.run_key, null(), null()).where(due)


def newest(connection: Connection, scope: LiveScope, now_ns: int, patience: Patience, most: int) -> tuple[Run, ...]:
    """The newest runs, at most `most`, and as many that are open; those first that began last."""
    within = _workflow_keys(connection, scope)
    latest: tuple[Run, ...] = ()
    keys: list[int] = []
    if scope.app_id is not None and scope.workflow_id is not None:
        latest = run_reads.list_runs(connection, scope.app_id, scope.workflow_id, RunFilters(), most).items
    else:
        keys = _newest_keys(connection, within, most)
    keys += _open_keys(connection, within, now_ns - patience.abandon_ns, most)
    found = {run.workflow_run_id: run for run in (*latest, *_runs_of(connection, dict.fromkeys(keys)).values())}
    return tuple(sorted(filter(scope.holds, found.values()), key=_begun, reverse=True))


def _workflow_keys(connection: Connection, scope: LiveScope) -> frozenset[int] | None:
    """The workflows that are looked at; None: all."""
    if scope.app_id is None:
        return None
    if scope.workflow_id is not None:
        found = find_scope(connection, scope.app_id, scope.workflow_id)
        return frozenset() if found is None else frozenset({found.workflow_key})
    of_app = select(workflows.c.workflow_key).where(workflows.c.app_id == scope.app_id)
    return frozenset(connection.scalars(of_app))


def _begun(run: Run) -> tuple[int, str]:
    return (run.start_ns or run.recorded_ns or 0, run.workflow_run_id)


def _newest_keys(connection: Connection, within: frozenset[int] | None, most: int) -> list[int]:
    """Of all runs those that were first heard of last; of some workflows those that count for the latest times."""
    if within is None:
        return list(connection.scalars(select(runs.c.run_key).order_by(runs.c.run_key.desc()).limit(most)))
    found: list[tuple[int, int]] = []
    for workflow_key in within:
        latest = select(runs.c.period_ns, runs.c.run_key).where(runs.c.workflow_key == workflow_key)
        if len(found) == most:
            latest = latest.where(runs.c.period_ns >= found[-1][0])  # earlier ones are none of the newest
        rows = connection.execute(latest.order_by(runs.c.period_ns.desc()).limit(most))
        found = sorted([*found, *((period_ns, key) for period_ns, key in rows)], reverse=True)[:most]
    return [key for _, key in found]


def _open_keys(connection: Connection, within: frozenset[int] | None, heard_after_ns: int, most: int) -> list[int]:
    """Open runs, those first of which was heard last. Sorted out here: SQLite would read all runs of the workflows."""
    query = select(runs.c.run_key, runs.c.workflow_key).where(IS_OPEN, runs.c.last_received_ns > heard_after_ns)
    latest = connection.execute(query.order_by(runs.c.last_received_ns.desc()).limit(_MOST_OPEN))
    return [key for key, workflow_key in latest if within is None or workflow_key in within][:most]


def _runs_of(connection: Connection, keys: Iterable[int]) -> dict[int, Run]:
    wanted = list(keys)
    found: dict[int, Run] = {}
    for begin in range(0, len(wanted), _KEYS_PER_QUERY):
        some: Sequence[int] = wanted[begin : begin + _KEYS_PER_QUERY]
        rows = connection.execute(run_reads.RUNS.where(runs.c.run_key.in_(some)))
        found |= {row.run_key: run_of(row) for row in rows}
    return found


def _places(connection: Connection, workflow_keys: Iterable[int | None]) -> dict[int, Place]:
    wanted = list(workflow_keys)
    if not wanted:
        return {}
    query = select(workflows.c.workflow_key, workflows.c.app_id, workflows.c.workflow_id)
    rows = connection.execute(query.where(workflows.c.workflow_key.in_(wanted)))
    return {key: Place(app_id, workflow_id) for key, app_id, workflow_id in rows}
