"""A run is replaced wholly each time more of it is known; what its caller reported stands.

Whatever order and however often runs are written, and by however many
processes at once, the last writing of a run is what is there: its row, its
nodes and its attempts, and nothing of earlier ones but its key and the time
when it was first recorded.

Upstream: `services.telemetry`, `services.recording`. Downstream: the tables of
`tables.runs`, read by `run_reads` and `period_reads`; `dirty_marks`, `run_changes`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from longpole.domain.runs import Run, RunRecord
from longpole.store.bulk import delete_by_key, insert_rows, update_rows
from longpole.store.dimension_writes import write_dimensions
from longpole.store.dirty_marks import Move, Place, mark, place
from longpole.store.keys import row_key
from longpole.store.reported_runs import overlay
from longpole.store.row_packing import Packer, Row, RunHistory, attempt_rows, node_row, packer, run_row
from longpole.store.run_changes import Change, note_changes, written
from longpole.store.run_directory import claim, forget_runs, having_ids, insert_new_runs
from longpole.store.tables import node_attempts, node_executions, runs
from longpole.store.values import text

_IDS_PER_QUERY = 1_000
_WORKFLOW_KEY, _PERIOD, _IS_ENDED, _IS_ABANDONED = (
    runs.columns.keys().index(name) for name in ("workflow_key", "period_ns", "is_ended", "is_abandoned")
)


class StoredRun(NamedTuple):
    """What a run's row keeps over its rewritings."""

    run_key: int
    recorded_ns: int
    reported: dict[str, Any] | None
    counted_in: Place | None = None
    workflow_key: int | None = None


class PackedRun(NamedTuple):
    """A run, and the rows of its nodes and attempts; `key` is its own if it turns out to be new."""

    run: Run
    key: int
    nodes: list[Row]
    attempts: list[Row]


class PackedRuns(NamedTuple):
    """Runs by their ids, in the order of those, and what packed them."""

    packer: Packer
    runs: dict[str, PackedRun]


def place_of_row(row: Row) -> Place | None:
    """The unit that a row of `runs` counts in."""
    return place(row[_WORKFLOW_KEY], row[_PERIOD], is_counted=row[_IS_ENDED] or row[_IS_ABANDONED])


def write_records(connection: Connection, records: Sequence[RunRecord], *, now_ns: int) -> None:
    """Insert runs with their nodes and attempts, or replace those that exist, by `workflow_run_id`.

    Of several records of one run the last counts, as does the last of several
    node executions of one id. Runs are locked in the order of their ids: call
    this once in a transaction, or PostgreSQL may have to break a deadlock.

    Args:
        connection: A transaction that may write.
        records: Any number of runs; some thousand nodes at a time is the quickest.
        now_ns: When new runs are recorded, and all are updated.
    """
    write_packed(connection, pack_records(connection.dialect.name, records), now_ns=now_ns)


def pack_records(dialect_name: str, records: Sequence[RunRecord]) -> PackedRuns:
    """The larger half of the work of `write_records`, for which nobody else needs to wait."""
    packed = PackedRuns(packer(dialect_name), {})
    for run_id, record in sorted({text(record.run.workflow_run_id): record for record in records}.items()):
        key = row_key()
        nodes = {text(node.node_execution_id): node for node in record.nodes}.values()
        rows = [node_row(node, key, packed.packer) for node in nodes]
        attempts = [row for node in nodes if node.attempt_log for row in attempt_rows(node, key)]
        packed.runs[run_id] = PackedRun(record.run, key, rows, attempts)
    return packed


def write_packed(connection: Connection, packed: PackedRuns, *, now_ns: int) -> None:
    """The rest of `write_records`."""
    claimed = claim(connection, {run_id: run.key for run_id, run in packed.runs.items()})
    stored = lock_runs(connection, [id_ for id_, run in packed.runs.items() if claimed.get(id_) != run.key])
    keys = _insert_runs(connection, packed, stored, now_ns, claimed)
    keys |= _replace_runs(connection, packed, stored, now_ns)
    _insert_nodes(connection, packed, keys)
    write_dimensions(connection, packed.packer)


def delete_runs(connection: Connection, workflow_run_ids: Sequence[str]) -> int:
    """Delete runs with their nodes and attempts; how many there were."""
    stored = lock_runs(connection, sorted({text(run_id) for run_id in workflow_run_ids}))
    keys = [run.run_key for run in stored.values()]
    mark(connection, (Move(run.run_key, run.counted_in, None) for run in stored.values()))
    note_changes(connection, [Change(run.run_key, None, run.workflow_key, id_) for id_, run in stored.items()])
    for table in (node_attempts, node_executions, runs):
        delete_by_key(connection, table, keys)
    forget_runs(connection, keys)
    return len(keys)


def lock_runs(connection: Connection, workflow_run_ids: Sequence[str]) -> dict[str, StoredRun]:
    """The runs among `workflow_run_ids` that exist; nobody else writes them until this transaction ends."""
    query = select(
        runs.c.workflow_run_id,
        runs.c.run_key,
        runs.c.recorded_ns,
        runs.c.reported,
        runs.c.workflow_key,
        runs.c.period_ns,
        runs.c.is_ended | runs.c.is_abandoned,
    )
    found: dict[str, StoredRun] = {}
    for begin in range(0, len(workflow_run_ids), _IDS_PER_QUERY):
        some = workflow_run_ids[begin : begin + _IDS_PER_QUERY]
        locked = query.where(having_ids(connection, some)).order_by(runs.c.workflow_run_id).with_for_update()
        for run_id, key, recorded_ns, reported, workflow_key, period_ns, is_counted in connection.execute(locked):
            counted_in = place(workflow_key, period_ns, is_counted=is_counted)
            found[run_id] = StoredRun(key, recorded_ns, reported, counted_in, workflow_key)
    return found


def _insert_runs(
    connection: Connection, packed: PackedRuns, stored: dict[str, StoredRun], now_ns: int, claimed: Mapping[str, int]
) -> dict[str, int]:
    """Insert rows of runs that are not `stored`, and give the keys of those that went in.

    A run that another process inserts meanwhile, where it is not claimed, is added to `stored` instead.
    """
    inserted: dict[str, int] = {}
    keys = {id_: claimed.get(id_) or run.key for id_, run in packed.runs.items() if id_ not in stored}
    while keys:
        rows = [
            run_row(packed.runs[id_].run, RunHistory(key, now_ns, now_ns), packed.packer) for id_, key in keys.items()
        ]
        if insert_new_runs(connection, rows, are_claimed=bool(claimed)) == len(rows):
            mark(connection, (Move(row[0], None, place_of_row(row)) for row in rows))
            note_changes(connection, list(map(written, rows)))
            return inserted | keys
        there = lock_runs(connection, list(keys))
        ours = {run_id: run.run_key for run_id, run in there.items() if run.run_key == keys[run_id]}
        mark(connection, (Move(key, None, there[run_id].counted_in) for run_id, key in ours.items()))
        note_changes(connection, [written(row) for row in rows if row[0] in ours.values()])
        inserted |= ours
        stored |= {run_id: run for run_id, run in there.items() if run_id not in ours}
        keys = {run_id: row_key() for run_id in keys if run_id not in there}  # their key was taken
    return inserted


def _replace_runs(
    connection: Connection, packed: PackedRuns, stored: Mapping[str, StoredRun], now_ns: int
) -> dict[str, int]:
    """Replace rows of runs that are `stored`, take away what belongs to them, and give their keys."""
    rows = []
    for run_id, was in stored.items():
        derived = packed.runs[run_id].run
        run = overlay(derived, was.reported) if was.reported else derived
        rows.append(run_row(run, RunHistory(was.run_key, was.recorded_ns, now_ns, was.reported), packed.packer))
    update_rows(connection, runs, rows)
    mark(
        connection,
        (Move(row[0], was.counted_in, place_of_row(row)) for was, row in zip(stored.values(), rows, strict=True)),
    )
    was_in = [was.workflow_key for was in stored.values()]
    note_changes(connection, list(map(written, rows, was_in)))
    keys = {run_id: was.run_key for run_id, was in stored.items()}
    for table in (node_attempts, node_executions):
        delete_by_key(connection, table, list(keys.values()))
    return keys


def _insert_nodes(connection: Connection, packed: PackedRuns, keys: Mapping[str, int]) -> None:
    nodes: list[Row] = []
    attempts: list[Row] = []
    for run_id, key in sorted(keys.items(), key=lambda item: item[1]):
        run = packed.runs[run_id]
        nodes += run.nodes if run.key == key else _moved(run.nodes, key)
        attempts += run.attempts if run.key == key else _moved(run.attempts, key)
    insert_rows(connection, node_executions, nodes)
    insert_rows(connection, node_attempts, attempts)


def _moved(rows: Iterable[Row], run_key: int) -> Iterable[Row]:
    """Rows of a run, for one of another key."""
    return [(run_key, *row[1:]) for row in rows]
