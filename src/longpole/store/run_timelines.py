"""One run as a waterfall draws it: of each node execution when it was and how it went, and no more.

Of a run of ten thousand node executions that is a tenth of what is known, read
and sent in a tenth of the time; what else is known of one is asked for when
somebody looks at it.

Upstream: `services.run_timeline`. Downstream: the tables of `tables.runs`.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from longpole.domain.records import quickly_made
from longpole.domain.runs import Attempt, NodeStatus
from longpole.store.node_totals import ended_ns
from longpole.store.run_rows import attempt_of
from longpole.store.tables import node_attempts, node_executions, nodes, runs
from longpole.store.values import text

e = node_executions.c


@dataclass(frozen=True, slots=True)
class Step:
    """What the executions of a node have in common."""

    node_id: str
    node_title: str
    node_type: str
    enclosing_node_id: str | None


@quickly_made
@dataclass(frozen=True, slots=True)
class DrawnNode:
    """A node execution as it is drawn; an `analysis.nesting.TimedNode`."""

    node_execution_id: str
    parent_node_execution_id: str | None
    node_key: int
    node_id: str
    node_type: str
    start_ns: int | None
    end_ns: int | None
    ready_ns: int | None
    first_token_ns: int | None
    status: NodeStatus | None
    attempts: int
    is_cached: bool | None
    iteration_index: int | None
    waits_for: tuple[str, ...]
    attempt_log: tuple[Attempt, ...]


@dataclass(frozen=True, slots=True)
class DrawnRun:
    """The node executions of a run, by start (unknown ones first), then id; and what they are executions of, by key."""

    nodes: Sequence[DrawnNode]
    steps: dict[int, Step]


def drawn_run(connection: Connection, workflow_run_id: str) -> DrawnRun:
    """A run's node executions; none of a run that is not there."""
    run_key = connection.scalar(select(runs.c.run_key).where(runs.c.workflow_run_id == text(workflow_run_id)))
    if run_key is None:
        return DrawnRun((), {})
    attempts = _attempts(connection, run_key)
    steps = _steps(connection, run_key)
    query = select(
        e.node_execution_id,
        e.parent_node_execution_id,
        e.node_key,
        e.start_ns,
        ended_ns.label("end_ns"),
        e.ready_ns,
        e.first_token_ns,
        e.status,
        e.attempts,
        e.is_cached,
        e.iteration_index,
        e.waits_for,
    ).where(e.run_key == run_key)
    found = []
    for node_execution_id, parent, node_key, *drawn, waits_for in connection.execute(query):
        step = steps[node_key]
        log = tuple(attempts.get(node_execution_id, ()))
        told = (node_execution_id, parent, node_key, step.node_id, step.node_type, *drawn, tuple(waits_for or ()), log)
        found.append(DrawnNode(*told))
    return DrawnRun(sorted(found, key=_by_start), steps)


def _by_start(node: DrawnNode) -> tuple[bool, int, str]:
    return (node.start_ns is not None, node.start_ns or 0, node.node_execution_id)


def _steps(connection: Connection, run_key: int) -> dict[int, Step]:
    n = nodes.c
    keys = select(e.node_key).where(e.run_key == run_key).distinct()
    query = select(n.node_key, n.node_id, n.node_title, n.node_type, n.enclosing_node_id)
    return {key: Step(*told) for key, *told in connection.execute(query.where(n.node_key.in_(keys)))}


def _attempts(connection: Connection, run_key: int) -> dict[str, list[Attempt]]:
    query = select(node_attempts).where(node_attempts.c.run_key == run_key).order_by(node_attempts.c.attempt_number)
    found: dict[str, list[Attempt]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.node_execution_id].append(attempt_of(row))
    return found
