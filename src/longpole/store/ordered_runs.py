"""When the steps of a workflow's newest runs ran, and inside of what: all that their order is learnt from.

A run that does the same thousands of times tells of each step the first time
in each container: what it does again and again is in the same order each time.

    run ─ each ─ item 1 ─ look, note      kept: each, item 1, look, note
               ─ item 2 ─ look, note      left out

Invariant: a bounded number of rows is read, however large runs are and however many of them failed.

Upstream: `services.graphs`. Downstream: the tables of `tables.runs`.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from sqlalchemy import Connection, Row, select

from longpole.domain.records import quickly_made
from longpole.domain.runs import Attempt, RunStatus
from longpole.graphs.engines import SeenNode
from longpole.store.node_totals import ended_ns
from longpole.store.tables import node_executions, nodes, runs
from longpole.store.workflow_scope import WorkflowScope, find_scope

_AMONG = 1_000
"""So many of the newest runs are looked through for those that went well."""
_EXECUTIONS = 3_000
"""Of so many node executions in all, but for a run that alone has more."""
_MANY = 1_000
"""From so many on, a run is one that does the same again and again."""

r, e = runs.c, node_executions.c


@quickly_made
@dataclass(frozen=True, slots=True)
class OrderedNode:
    """A node execution as far as its order goes; an `analysis.nesting.TimedNode`."""

    node_execution_id: str
    parent_node_execution_id: str | None
    node_id: str
    node_type: str
    node_title: str
    start_ns: int | None
    end_ns: int | None
    waits_for: tuple[str, ...] = ()
    ready_ns: int | None = None
    attempt_log: tuple[Attempt, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderedRun:
    """A run with its steps, in any order."""

    nodes: Sequence[OrderedNode]
    start_ns: int | None
    end_ns: int | None
    workflow_name: str | None


@dataclass(frozen=True, slots=True)
class OrderedRuns:
    """Runs, newest first, and the different nodes of them."""

    runs: tuple[OrderedRun, ...] = ()
    seen: tuple[SeenNode, ...] = ()


def ordered_runs(connection: Connection, app_id: str, workflow_id: str, most: int) -> OrderedRuns:
    """The newest runs of a workflow that went well."""
    scope = find_scope(connection, app_id, workflow_id)
    if scope is None:
        return OrderedRuns()
    good = _good_ones(connection, scope, most)
    sizes = accumulate(row.node_count for row in good)
    chosen = [
        row for place, (row, size) in enumerate(zip(good, sizes, strict=True)) if not place or size <= _EXECUTIONS
    ]
    executions = _executions(connection, [row.run_key for row in chosen])
    steps = _steps(connection, {row.node_key for rows in executions.values() for row in rows})
    made = tuple(
        OrderedRun(
            [_node(row, steps[row.node_key]) for row in executions.get(run.run_key, ())],
            run.start_ns,
            run.end_ns,
            run.workflow_name,
        )
        for run in chosen
    )
    return OrderedRuns(made, tuple(steps.values()))


def _good_ones(connection: Connection, scope: WorkflowScope, most: int) -> Sequence[Row[Any]]:
    """Both databases stop reading as soon as they have enough, as nothing more is asked of the order."""
    columns = (r.run_key, r.start_ns, r.end_ns, r.workflow_name, r.node_count, r.period_ns, r.status)
    by_time = (r.period_ns.desc(), r.run_key.desc())
    newest = select(*columns).where(scope.condition()).order_by(*by_time).limit(_AMONG).subquery()
    good = connection.execute(select(newest).where(newest.c.status == RunStatus.SUCCEEDED).limit(most)).all()
    return sorted(good, key=lambda row: (row.period_ns, row.run_key), reverse=True)


def _executions(connection: Connection, run_keys: Sequence[int]) -> dict[int, Sequence[Row[Any]]]:
    columns = (e.run_key, e.node_execution_id, e.parent_node_execution_id, e.node_key, e.start_ns)
    query = select(*columns, ended_ns.label("end_ns"), e.waits_for).where(e.run_key.in_(run_keys))
    found = defaultdict(list)
    for row in connection.execute(query):
        found[row.run_key].append(row)
    return {key: _first_times(rows) if len(rows) >= _MANY else rows for key, rows in found.items()}


def _first_times(rows: Sequence[Row[Any]]) -> Sequence[Row[Any]]:
    """Of each node the earliest execution in each container that is kept itself."""
    known = {row.node_execution_id for row in rows}
    inside: dict[str | None, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        inside[row.parent_node_execution_id if row.parent_node_execution_id in known else None].append(row)
    kept: list[Row[Any]] = []
    containers: list[str | None] = [None]
    while containers:
        first: dict[int, Row[Any]] = {}
        for row in sorted(inside.get(containers.pop(), ()), key=_by_start):
            first.setdefault(row.node_key, row)
        kept.extend(first.values())
        containers.extend(row.node_execution_id for row in first.values())
    return kept


def _by_start(row: Row[Any]) -> tuple[bool, int, str]:
    return (row.start_ns is None, row.start_ns or 0, row.node_execution_id)


def _steps(connection: Connection, node_keys: Iterable[int]) -> dict[int, SeenNode]:
    n = nodes.c
    query = select(n.node_key, n.node_id, n.node_title, n.node_type, n.raw_type).where(n.node_key.in_(node_keys))
    return {key: SeenNode(*names) for key, *names in connection.execute(query)}


def _node(row: Row[Any], step: SeenNode) -> OrderedNode:
    return OrderedNode(
        row.node_execution_id,
        row.parent_node_execution_id,
        step.node_id,
        step.node_type,
        step.node_title,
        row.start_ns,
        row.end_ns,
        tuple(row.waits_for or ()),
    )
