"""Finds what is known of a run, and removes it in slices of bounded size.

A run's row goes last, with its marks, by `run_writes.delete_runs`: a purge
that was broken off is simply done again.

Upstream: `services.purging`. Downstream: the tables.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, func, select, tuple_

from longpole.store.run_reads import traces_of_run
from longpole.store.tables import (
    node_attempts,
    node_executions,
    run_traces,
    runs,
    span_contents,
    trace_chunks,
    workflows,
)
from longpole.store.trace_log import linked
from longpole.store.values import text

_TRACE_ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class KnownRun:
    """What is to go: a run (`run_key` is None where only telemetry of it is there) and the traces that tell of it.

    `own_traces` tell of no other run, `shared_traces` do.
    """

    workflow_run_id: str
    run_key: int | None
    node_executions: int
    own_traces: tuple[bytes, ...]
    shared_traces: tuple[bytes, ...]


def find_known(connection: Connection, workflow_run_id: str) -> KnownRun | None:
    """Everything that is known of a run; None where nothing is."""
    run_id = text(workflow_run_id)
    run_key = connection.scalar(select(runs.c.run_key).where(runs.c.workflow_run_id == run_id))
    traces = set(traces_of_run(connection, run_id)) | _trace_of_that_name(connection, run_id)
    if run_key is None and not traces:
        return None
    count = select(func.count()).select_from(node_executions).where(node_executions.c.run_key == run_key)
    nodes = 0 if run_key is None else connection.scalar(count) or 0
    shared = {trace for trace in traces if _others(connection, trace, run_id)}
    return KnownRun(run_id, run_key, nodes, tuple(sorted(traces - shared)), tuple(sorted(shared)))


def _trace_of_that_name(connection: Connection, run_id: str) -> set[bytes]:
    """A trace that names no run is a run by its own id."""
    try:
        trace_id = bytes.fromhex(run_id)
    except ValueError:
        return set()
    if len(trace_id) != _TRACE_ID_BYTES:
        return set()
    present = select(trace_chunks.c.chunk_key).where(trace_chunks.c.trace_id == trace_id).limit(1)
    return set() if connection.scalar(present) is None else {trace_id}


def _others(connection: Connection, trace_id: bytes, run_id: str) -> set[str]:
    """The other runs that a trace tells of."""
    named = set(linked(connection, [trace_id])[trace_id])
    around = select(runs.c.workflow_run_id).where(runs.c.workflow_run_id == trace_id.hex())
    return (named | set(connection.scalars(around))) - {run_id}


def runs_of_user(connection: Connection, user_id: str, app_id: str | None, after_key: int, limit: int) -> list[Any]:
    """The next runs (key, id) of a user after a key, in one application or in all."""
    query = select(runs.c.run_key, runs.c.workflow_run_id).where(_of_user(user_id, app_id), runs.c.run_key > after_key)
    return list(connection.execute(query.order_by(runs.c.run_key).limit(limit)))


def count_runs_of_user(connection: Connection, user_id: str, app_id: str | None) -> int:
    """How many runs a user has, in one application or in all."""
    return connection.scalar(select(func.count()).select_from(runs).where(_of_user(user_id, app_id))) or 0


def _of_user(user_id: str, app_id: str | None) -> ColumnElement[bool]:
    of_user = runs.c.user_id == text(user_id)
    if app_id is None:
        return of_user
    return of_user & runs.c.workflow_key.in_(select(workflows.c.workflow_key).where(workflows.c.app_id == text(app_id)))


def forget_chunks(connection: Connection, trace_ids: Collection[bytes], workflow_run_id: str) -> int:
    """Delete what arrived of traces, payloads apart, and that they name the run; how many chunks that was."""
    gone = connection.execute(delete(trace_chunks).where(trace_chunks.c.trace_id.in_(trace_ids))).rowcount
    named = run_traces.c.trace_id.in_(trace_ids) | (run_traces.c.workflow_run_id == workflow_run_id)
    connection.execute(delete(run_traces).where(named))
    return gone


def forget_link(connection: Connection, workflow_run_id: str, trace_id: bytes) -> None:
    """A trace names a run no longer."""
    of_run = (run_traces.c.workflow_run_id == workflow_run_id) & (run_traces.c.trace_id == trace_id)
    connection.execute(delete(run_traces).where(of_run))


def delete_contents(connection: Connection, trace_id: bytes, limit: int) -> int:
    """Delete some payloads of a trace; how many."""
    return _delete_some(connection, span_contents, span_contents.c.trace_id == trace_id, limit)


def delete_contents_of(connection: Connection, trace_id: bytes, span_ids: Collection[bytes]) -> int:
    """Delete the payloads of some spans; how many."""
    of_spans = (span_contents.c.trace_id == trace_id) & span_contents.c.span_id.in_(span_ids)
    return connection.execute(delete(span_contents).where(of_spans)).rowcount


def delete_nodes(connection: Connection, run_key: int, limit: int) -> int:
    """Delete some attempts of a run's nodes, or else some of its node executions; how many rows."""
    gone = _delete_some(connection, node_attempts, node_attempts.c.run_key == run_key, limit)
    return gone or _delete_some(connection, node_executions, node_executions.c.run_key == run_key, limit)


def _delete_some(connection: Connection, table: Table, condition: ColumnElement[bool], limit: int) -> int:
    keys = list(table.primary_key.columns)
    some = select(*keys).where(condition).order_by(*keys).limit(limit)
    return connection.execute(delete(table).where(condition, tuple_(*keys).in_(some))).rowcount
