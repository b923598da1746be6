"""A run is replaced wholly each time more of it is known; what its caller reported stands.

Whatever order and however often runs are written, and by however many
processes at once, the last writing of a run is what is there: its row, its
nodes and its attempts, and nothing of earlier ones but its key and the time
when it was first recorded.

Upstream: `services.telemetry`, `services.recording`. Downstream: the tables of
`tables.runs`, read by `run_reads` and `period_reads`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from longpole.domain.runs import RunRecord
from longpole.store.bulk import delete_by_key, insert_rows, update_rows
from longpole.store.dimension_writes import write_dimensions
from longpole.store.dirty_marks import Move, Place, mark, place
from longpole.store.keys import row_key
from longpole.store.reported_runs import overlay
from longpole.store.row_packing import Row, RunHistory, attempt_rows, money_packer, node_row, run_row
from longpole.store.run_directory import claim, forget_runs, having_ids, insert_new_runs
from longpole.store.tables import node_attempts, node_executions, runs
from longpole.store.values import text

_IDS_PER_QUERY = 1_000
_WORKFLOW_KEY, _PERIOD, _IS_ENDED, _IS_ABANDONED = (
    runs.columns.keys().index(name) for name in ("workflow_key", "period_ns", "is_ended", "is_abandoned")
)


@dataclass(frozen=True, slots=True)
class StoredRun:
    """What a run's row keeps over its rewritings."""

    run_key: int
    recorded_ns: int
    reported: dict[str, Any] | None
    counted_in: Place | None = None


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
    by_id = {text(record.run.workflow_run_id): record for record in records}
    if not by_id:
        return
    by_id = dict(sorted(by_id.items()))
    write_dimensions(
        connection,
        [record.run for record in by_id.values()],
        (node for record in by_id.values() for node in record.nodes),
    )
    claimed = claim(connection, list(by_id))
    stored = lock_runs(connection, list(by_id))
    new = {id_: by_id[id_] for id_ in by_id if id_ not in stored}
    new_keys = _insert_runs(connection, new, stored, now_ns, claimed)
    _replace_runs(connection, {id_: by_id[id_] for id_ in stored}, stored, now_ns)
    _insert_nodes(connection, by_id, new_keys | {id_: run.run_key for id_, run in stored.items()})


def delete_runs(connection: Connection, workflow_run_ids: Sequence[str]) -> int:
    """Delete runs with their nodes and attempts; how many there were."""
    stored = lock_runs(connection, sorted({text(run_id) for run_id in workflow_run_ids}))
    keys = [run.run_key for run in stored.values()]
    mark(connection, (Move(run.run_key, run.counted_in, None) for run in stored.values()))
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
            found[run_id] = StoredRun(key, recorded_ns, reported, counted_in)
    return found


def _insert_runs(
    connection: Connection,
    new: dict[str, RunRecord],
    stored: dict[str, StoredRun],
    now_ns: int,
    claimed: Mapping[str, int],
) -> dict[str, int]:
    """Insert run rows, and give the keys of those that went in.

    A run that another process inserts meanwhile, where it is not claimed, is added to `stored` instead.
    """
    money = money_packer(connection.dialect.name)
    inserted: dict[str, int] = {}
    while new:
        keys = {run_id: claimed.get(run_id) or row_key() for run_id in new}
        rows = [run_row(new[id_].run, RunHistory(key, now_ns, now_ns), money) for id_, key in keys.items()]
        if insert_new_runs(connection, rows, are_claimed=bool(claimed)) == len(rows):
            mark(connection, (Move(row[0], None, place_of_row(row)) for row in rows))
            return inserted | keys
        there = lock_runs(connection, list(new))
        ours = {run_id: run.run_key for run_id, run in there.items() if run.run_key == keys[run_id]}
        mark(connection, (Move(key, None, there[run_id].counted_in) for run_id, key in ours.items()))
        inserted |= ours
        stored |= {run_id: run for run_id, run in there.items() if run_id not in ours}
        new = {run_id: record for run_id, record in new.items() if run_id not in there}  # their key was taken
    return inserted


def _replace_runs(
    connection: Connection, again: Mapping[str, RunRecord], stored: Mapping[str, StoredRun], now_ns: int
) -> None:
    money = money_packer(connection.dialect.name)
    rows = []
    for run_id, record in again.items():
        was = stored[run_id]
        run = overlay(record.run, was.reported) if was.reported else record.run
        rows.append(run_row(run, RunHistory(was.run_key, was.recorded_ns, now_ns, was.reported), money))
    update_rows(connection, runs, rows)
    mark(
        connection,
        (Move(row[0], stored[id_].counted_in, place_of_row(row)) for id_, row in zip(again, rows, strict=True)),
    )
    keys = [stored[run_id].run_key for run_id in again]
    for table in (node_attempts, node_executions):
        delete_by_key(connection, table, keys)


def _insert_nodes(connection: Connection, by_id: Mapping[str, RunRecord], keys: Mapping[str, int]) -> None:
    money = money_packer(connection.dialect.name)
    nodes: list[Row] = []
    attempts: list[Row] = []
    for run_id, key in sorted(keys.items(), key=lambda item: item[1]):
        for node in {text(node.node_execution_id): node for node in by_id[run_id].nodes}.values():
            nodes.append(node_row(node, key, money))
            attempts.extend(attempt_rows(node, key))
    insert_rows(connection, node_executions, nodes)
    insert_rows(connection, node_attempts, attempts)
