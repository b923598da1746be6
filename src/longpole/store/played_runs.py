"""Runs as a replay needs them: of each node execution when it ran, inside what, and what it said that it waited for.

That is a third of what is known, read in a fifth of the time.

Upstream: `services.what_if`, `services.run_what_if`, `neighbour_runs`. Downstream: the tables of `tables.runs`.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from longpole.domain.records import quickly_made
from longpole.domain.runs import Attempt
from longpole.store.node_totals import ended_ns
from longpole.store.run_rows import attempt_of
from longpole.store.tables import node_attempts, node_executions, nodes, runs
from longpole.store.values import text

_RUNS_AT_A_TIME = 200
_NODES_AT_A_TIME = 500
e = node_executions.c


@quickly_made
@dataclass(frozen=True, slots=True)
class PlayedNode:
    """A node execution as far as a replay asks; an `analysis.tasks.PlayedNode`."""

    node_execution_id: str
    parent_node_execution_id: str | None
    node_id: str
    node_type: str
    start_ns: int | None
    end_ns: int | None
    ready_ns: int | None
    attempts: int
    iteration_index: int | None
    slot: str | None
    waits_for: tuple[str, ...]
    attempt_log: tuple[Attempt, ...]


@dataclass(frozen=True, slots=True)
class PlayedRun:
    """A run with its node executions; an `analysis.schedule.ObservedRun`. `weight` is how many runs it stands for."""

    workflow_run_id: str
    start_ns: int | None
    end_ns: int | None
    nodes: Sequence[PlayedNode]
    weight: float = 1.0


def played_runs(connection: Connection, run_keys: Sequence[int], weight: float = 1.0) -> list[PlayedRun]:
    """Runs in the order of their keys here; those that are not there any more are left out."""
    found: dict[int, PlayedRun] = {}
    for begin in range(0, len(run_keys), _RUNS_AT_A_TIME):
        some = run_keys[begin : begin + _RUNS_AT_A_TIME]
        query = select(runs.c.run_key, runs.c.workflow_run_id, runs.c.start_ns, runs.c.end_ns)
        heads = connection.execute(query.where(runs.c.run_key.in_(some))).all()
        inside = _nodes(connection, some)
        for key, run_id, start_ns, end_ns in heads:
            found[key] = PlayedRun(run_id, start_ns, end_ns, inside.get(key, ()), weight)
    return [found[key] for key in run_keys if key in found]


def played_run(connection: Connection, workflow_run_id: str) -> PlayedRun | None:
    """One run, by its id."""
    key = connection.scalar(select(runs.c.run_key).where(runs.c.workflow_run_id == text(workflow_run_id)))
    return None if key is None else next(iter(played_runs(connection, [key])), None)


_QUERY = select(
    e.run_key,
    e.node_key,
    e.node_execution_id,
    e.parent_node_execution_id,
    e.start_ns,
    ended_ns.label("end_ns"),
    e.ready_ns,
    e.attempts,
    e.iteration_index,
    e.slot,
    e.waits_for,
)


def _nodes(connection: Connection, run_keys: Sequence[int]) -> dict[int, list[PlayedNode]]:
    rows = connection.execute(_QUERY.where(e.run_key.in_(run_keys))).all()
    steps = _steps(connection, sorted({row[1] for row in rows}))
    attempts = _attempts(connection, run_keys)
    found: dict[int, list[PlayedNode]] = defaultdict(list)
    for run_key, node_key, node_execution_id, parent, *told, waits_for in rows:
        log = attempts.get((run_key, node_execution_id), ())
        said = (node_execution_id, parent, *steps[node_key], *told, tuple(waits_for or ()), tuple(log))
        found[run_key].append(PlayedNode(*said))
    return found


def _steps(connection: Connection, node_keys: Sequence[int]) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for begin in range(0, len(node_keys), _NODES_AT_A_TIME):
        some = node_keys[begin : begin + _NODES_AT_A_TIME]
        query = select(nodes.c.node_key, nodes.c.node_id, nodes.c.node_type).where(nodes.c.node_key.in_(some))
        found |= {key: told for key, *told in connection.execute(query)}
    return found


def _attempts(connection: Connection, run_keys: Sequence[int]) -> dict[tuple[int, str], list[Attempt]]:
    made: dict[tuple[int, str], list[Attempt]] = defaultdict(list)
    query = select(node_attempts).where(node_attempts.c.run_key.in_(run_keys))
    for row in connection.execute(query.order_by(node_attempts.c.attempt_number)):
        made[row.run_key, row.node_execution_id].append(attempt_of(row))
    return made
