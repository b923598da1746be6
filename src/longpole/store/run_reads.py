"""One run whole, the runs of a trace, and a workflow's runs page by page.

A page begins where the last one ended, by the time that runs count by and
their key: runs that arrive meanwhile move nothing, and the thousandth page
costs what the first one does.

Upstream: `services.runs`. Downstream: the tables of `tables.runs`.
"""

import base64
import binascii
import struct
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, select

from longpole.domain.errors import InvalidInputError
from longpole.domain.run_lists import RunFilters, RunPage
from longpole.domain.runs import Attempt, NodeExecution, Run, RunRecord
from longpole.store.run_filters import matching
from longpole.store.run_rows import attempt_of, node_of, run_of
from longpole.store.tables import models, node_attempts, node_executions, nodes, run_traces, runs, workflows
from longpole.store.values import text
from longpole.store.workflow_scope import find_scope

_IDS_PER_QUERY = 1_000
_CURSOR = struct.Struct(">qq")
RUNS = select(runs, workflows.c.app_id, workflows.c.workflow_id).select_from(
    runs.outerjoin(workflows, workflows.c.workflow_key == runs.c.workflow_key)
)
NODES = select(
    node_executions,
    *(column for column in (*nodes.c, *models.c) if not column.primary_key),
).select_from(
    node_executions.join(nodes, nodes.c.node_key == node_executions.c.node_key).outerjoin(
        models, models.c.model_key == node_executions.c.model_key
    )
)
"""What `run_rows.node_of` unpacks."""


def find_record(connection: Connection, workflow_run_id: str) -> RunRecord | None:
    """A run with its node executions in order of their start (unknown ones first), then id."""
    found = connection.execute(RUNS.where(runs.c.workflow_run_id == text(workflow_run_id))).one_or_none()
    return None if found is None else RunRecord(run_of(found), _nodes_of(connection, found))


def find_run(connection: Connection, workflow_run_id: str) -> Run | None:
    """A run without its nodes."""
    found = connection.execute(RUNS.where(runs.c.workflow_run_id == text(workflow_run_id))).one_or_none()
    return None if found is None else run_of(found)


def find_nodes(
    connection: Connection, workflow_run_id: str, node_execution_ids: Sequence[str]
) -> dict[str, NodeExecution]:
    """Those of a run's node executions that are asked for by id and exist."""
    found = connection.execute(RUNS.where(runs.c.workflow_run_id == text(workflow_run_id))).one_or_none()
    if found is None:
        return {}
    nodes_found: dict[str, NodeExecution] = {}
    for begin in range(0, len(node_execution_ids), _IDS_PER_QUERY):
        some = node_execution_ids[begin : begin + _IDS_PER_QUERY]
        for node in _nodes_of(connection, found, node_executions.c.node_execution_id.in_(some)):
            nodes_found[node.node_execution_id] = node
    return nodes_found


def runs_of_trace(connection: Connection, trace_id: bytes) -> tuple[Run, ...]:
    """The runs that a trace is, or is a part of, in order of their first recording."""
    named = select(run_traces.c.workflow_run_id).where(run_traces.c.trace_id == trace_id)
    ids = [trace_id.hex(), *connection.scalars(named)]
    query = RUNS.where(runs.c.workflow_run_id.in_(ids)).order_by(runs.c.run_key)
    return tuple(map(run_of, connection.execute(query)))


def traces_of_run(connection: Connection, workflow_run_id: str) -> list[bytes]:
    """The traces that a run is made of."""
    own = select(runs.c.trace_id).where(runs.c.workflow_run_id == text(workflow_run_id), runs.c.trace_id.is_not(None))
    named = select(run_traces.c.trace_id).where(run_traces.c.workflow_run_id == text(workflow_run_id))
    return sorted({bytes(trace_id) for trace_id in (*connection.scalars(own), *connection.scalars(named))})


def list_runs(  # noqa: PLR0917 - the order is the agreed one
    connection: Connection,
    app_id: str,
    workflow_id: str,
    filters: RunFilters,
    limit: int = 50,
    cursor: str | None = None,
) -> RunPage:
    """The newest runs of a workflow, by the time that they count by.

    Raises:
        InvalidInputError: If `cursor` is none that an earlier page gave.
    """
    after = None if cursor is None else _place_of(cursor)
    scope = find_scope(connection, app_id, workflow_id)
    if scope is None:
        return RunPage((), None)
    query = matching(RUNS.where(scope.condition()), filters, connection.dialect.name)
    if after is not None:
        query = _after(query, *after)
    query = query.order_by(runs.c.period_ns.desc(), runs.c.run_key.desc()).limit(limit + 1)
    found = connection.execute(query).all()
    page = found[:limit]
    more = _CURSOR.pack(page[-1].period_ns, page[-1].run_key) if len(found) > limit else None
    return RunPage(tuple(map(run_of, page)), None if more is None else base64.urlsafe_b64encode(more).decode())


def _place_of(cursor: str) -> tuple[int, int]:
    """The time and the key of the run that a page ended with."""
    try:
        period_ns, run_key = _CURSOR.unpack(base64.b64decode(cursor, altchars=b"-_", validate=True))
    except (binascii.Error, struct.error, ValueError):
        raise InvalidInputError("cursor", "must be the next_cursor of an earlier page", cursor) from None
    return period_ns, run_key


def _after(query: Select[Any], period_ns: int, run_key: int) -> Select[Any]:
    later = (runs.c.period_ns == period_ns) & (runs.c.run_key < run_key)
    return query.where(runs.c.period_ns <= period_ns).where((runs.c.period_ns < period_ns) | later)


def _nodes_of(
    connection: Connection, run: Any, condition: ColumnElement[bool] | None = None
) -> tuple[NodeExecution, ...]:
    attempts = _attempts_of(connection, run.run_key)
    query = NODES.where(node_executions.c.run_key == run.run_key)
    if condition is not None:
        query = query.where(condition)
    unpacked = [
        node_of(row, run.workflow_run_id, tuple(attempts.get(row.node_execution_id, ())))
        for row in connection.execute(query)
    ]
    return tuple(sorted(unpacked, key=_by_start))


def _by_start(node: NodeExecution) -> tuple[bool, int, str]:
    return (node.start_ns is not None, node.start_ns or 0, node.node_execution_id)


def _attempts_of(connection: Connection, run_key: int) -> dict[str, Sequence[Attempt]]:
    query = select(node_attempts).where(node_attempts.c.run_key == run_key).order_by(node_attempts.c.attempt_number)
    found = defaultdict(list)
    for row in connection.execute(query):
        found[row.node_execution_id].append(attempt_of(row))
    return dict(found)
