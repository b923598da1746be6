"""Runs and nodes that callers report one by one, in any order.

A node may come before its run: the run is then there, not ended, and belongs
to no workflow yet. What the caller does not say of a run is derived from its
nodes, anew each time one of them is written. A run that telemetry tells of
keeps what telemetry says where the caller says nothing.

Upstream: `services.recording`. Downstream: the tables of `tables.runs`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from longpole.domain.runs import NodeExecution, Run, RunStatus
from longpole.store.bulk import delete_rows, insert_rows, update_rows
from longpole.store.dimension_writes import write_dimensions
from longpole.store.dirty_marks import Move, mark
from longpole.store.keys import row_key
from longpole.store.node_totals import NodeTotals, node_totals
from longpole.store.reported_runs import overlay
from longpole.store.row_packing import RunHistory, attempt_rows, node_row, packer, run_row
from longpole.store.run_changes import note_changes
from longpole.store.run_changes import written as written_row
from longpole.store.run_directory import insert_new_runs
from longpole.store.run_reads import find_run
from longpole.store.run_writes import StoredRun, lock_runs, place_of_row
from longpole.store.tables import node_attempts, node_executions, runs

TELEMETRY = "otlp"


def lock_or_add_run(connection: Connection, workflow_run_id: str, source: str, now_ns: int) -> StoredRun:
    """The run's row, added if need be; nobody else writes it until this transaction ends."""
    while True:
        found = lock_runs(connection, [workflow_run_id]).get(workflow_run_id)
        if found is not None:
            return found
        bare = Run(workflow_run_id, None, None, source=source)
        row = run_row(bare, RunHistory(row_key(), now_ns, now_ns), packer(connection.dialect.name))
        insert_new_runs(connection, [row])


def put_nodes(connection: Connection, run: StoredRun, nodes: Sequence[NodeExecution]) -> None:
    """Insert node executions of a run, or replace those of the same ids."""
    if not nodes:
        return
    packed = packer(connection.dialect.name)
    rows = [node_row(node, run.run_key, packed) for node in nodes]
    write_dimensions(connection, packed)
    keys = [(run.run_key, node.node_execution_id) for node in nodes]
    for table in (node_attempts, node_executions):
        delete_rows(connection, table, keys)
    insert_rows(connection, node_executions, rows)
    insert_rows(connection, node_attempts, [row for node in nodes for row in attempt_rows(node, run.run_key)])


def put_run(
    connection: Connection, workflow_run_id: str, stored: StoredRun, reported: Mapping[str, Any] | None, now_ns: int
) -> Run:
    """Write the run anew from what was reported of it (None: nothing yet) and from its nodes.

    Returns:
        The run as it is stored now.
    """
    was = find_run(connection, workflow_run_id)
    assert was is not None, "its row is locked"
    run = was if was.source == TELEMETRY else _derived(was, reported or {}, node_totals(connection, stored.run_key))
    if reported is not None:
        run = _filled(overlay(run, reported), reported)
    run = replace(run, last_received_ns=now_ns)
    history = RunHistory(stored.run_key, stored.recorded_ns, now_ns, None if reported is None else dict(reported))
    packed = packer(connection.dialect.name)
    row = run_row(run, history, packed)
    write_dimensions(connection, packed)
    update_rows(connection, runs, [row])
    mark(connection, [Move(stored.run_key, stored.counted_in, place_of_row(row))])
    note_changes(connection, [written_row(row, stored.workflow_key)])
    written = find_run(connection, workflow_run_id)
    assert written is not None, "it was just written"
    return written


def _derived(was: Run, reported: Mapping[str, Any], totals: NodeTotals) -> Run:
    """A run as its nodes tell of it."""
    times = _times(reported, totals)
    is_known = totals.costs_unknown == 0
    return Run(
        workflow_run_id=was.workflow_run_id,
        app_id=was.app_id,
        workflow_id=was.workflow_id,
        source=was.source,
        status=_status(totals) if reported else None,
        is_ended=bool(reported),
        start_ns=times.start_ns,
        end_ns=times.end_ns if reported else None,
        elapsed_ns=times.elapsed_ns if reported else None,
        node_count=totals.node_count,
        successful_nodes=totals.successful_nodes,
        failed_nodes=totals.failed_nodes,
        cached_nodes=totals.cached_nodes if totals.caching_known else None,
        tokens=totals.tokens,
        total_tokens_used=totals.total_tokens_used,
        cost_usd=totals.known_cost_usd if is_known else None,
        known_cost_usd=totals.known_cost_usd,
        cache_hit_rate=100 * totals.cached_nodes / totals.caching_known if totals.caching_known else None,
        memory_peak_bytes=totals.memory_peak_bytes,
        cpu_ns=totals.cpu_ns,
    )


def _filled(run: Run, reported: Mapping[str, Any]) -> Run:
    """The hit rate that reported counts come to, where no rate was reported beside them."""
    if "cached_nodes" not in reported or "cache_hit_rate" in reported or not run.node_count:
        return run
    return replace(run, cache_hit_rate=min(100.0, 100 * (run.cached_nodes or 0) / run.node_count))


def _status(totals: NodeTotals) -> RunStatus:
    """Failed if everything that ended had failed, partial if something had."""
    if totals.failed_nodes == 0:
        return RunStatus.SUCCEEDED
    return RunStatus.PARTIAL if totals.successful_nodes else RunStatus.FAILED


@dataclass(frozen=True, slots=True)
class _Times:
    start_ns: int | None
    end_ns: int | None
    elapsed_ns: int | None


def _times(reported: Mapping[str, Any], totals: NodeTotals) -> _Times:
    """When the run was: as reported, else from its time and its nodes.

    With the whole time and one instant the other one follows; without any
    instant the run ends with its last node.
    """
    start_ns, end_ns, elapsed_ns = (reported.get(name) for name in ("start_ns", "end_ns", "elapsed_ns"))
    if end_ns is None and start_ns is not None and elapsed_ns is not None:
        end_ns = start_ns + elapsed_ns
    if end_ns is None and totals.last_end_ns is not None:
        end_ns = totals.last_end_ns if start_ns is None else max(start_ns, totals.last_end_ns)
    if start_ns is None and end_ns is not None and elapsed_ns is not None:
        start_ns = end_ns - elapsed_ns
    if start_ns is None and totals.first_start_ns is not None:
        start_ns = totals.first_start_ns if end_ns is None else min(end_ns, totals.first_start_ns)
    if elapsed_ns is None and start_ns is not None and end_ns is not None:
        elapsed_ns = end_ns - start_ns
    return _Times(start_ns, end_ns, elapsed_ns)
