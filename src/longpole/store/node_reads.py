"""The node executions of many runs, run by run: what ran when, and what it used.

Runs are read some hundred at a time, by key, in which the table is sorted: a
million executions never stand in memory at once.

Upstream: `services.breakdown`, `services.bottlenecks`. Downstream: the tables
of `tables.runs`.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, select

from longpole.domain.runs import Attempt
from longpole.store.columns import Ints, pico_dollars, raw
from longpole.store.node_totals import ended_ns, used_tokens
from longpole.store.period_reads import chunked
from longpole.store.run_rows import attempt_of
from longpole.store.tables import node_attempts, node_executions, nodes, runs

_RUNS_AT_A_TIME = 500
_KEYS_AT_A_TIME = 1_000
e = node_executions.c


@dataclass(frozen=True, slots=True)
class NodeDimension:
    """What the executions of a node have in common."""

    node_key: int
    node_id: str
    enclosing_node_id: str | None
    node_type: str
    node_title: str


@dataclass(frozen=True, slots=True)
class TimedExecution:
    """When a node execution was, and what it waited for."""

    node_execution_id: str
    parent_node_execution_id: str | None
    node_key: int
    node_id: str
    enclosing_node_id: str | None
    node_type: str
    start_ns: int | None
    end_ns: int | None
    ready_ns: int | None
    waits_for: tuple[str, ...]
    attempt_log: tuple[Attempt, ...] = ()


@dataclass(frozen=True, slots=True)
class TimedRun:
    """A run's bounds and its node executions."""

    run_key: int
    start_ns: int | None
    end_ns: int | None
    nodes: Sequence[TimedExecution]


MEASURES = (
    "node_key",
    "status",
    "elapsed_ns",
    "attempts",
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "reasoning_tokens",
    "total_tokens",
    "cost",
    "is_cached",
    "input_bytes",
    "output_bytes",
    "memory_peak_bytes",
)
"""What `measured_runs` reads of each execution, in its order, after its ids and times."""


def measured_runs(connection: Connection, run_keys: Ints) -> Iterator[list[Any]]:
    """Rows of the node executions of runs, a list per run that has any.

    A row has `node_execution_id`, `parent_node_execution_id`, `start_ns`,
    `end_ns` and `MEASURES`; money is in pico-dollars.
    """
    query = select(
        e.run_key,
        e.node_execution_id,
        e.parent_node_execution_id,
        e.start_ns,
        ended_ns.label("end_ns"),
        e.node_key,
        raw(e.status).label("status"),
        e.elapsed_ns,
        e.attempts,
        e.input_tokens,
        e.output_tokens,
        e.cache_read_tokens,
        e.cache_write_tokens,
        e.reasoning_tokens,
        used_tokens.label("total_tokens"),
        pico_dollars(e.cost_usd, connection.dialect.name).label("cost"),
        raw(e.is_cached).label("is_cached"),
        e.input_bytes,
        e.output_bytes,
        e.memory_peak_bytes,
    )
    for some in chunked(run_keys, _RUNS_AT_A_TIME):
        rows = connection.execute(query.where(e.run_key.in_(some)).order_by(e.run_key)).all()
        for _, of_run in groupby(rows, key=attrgetter("run_key")):
            yield list(of_run)


def timed_runs(connection: Connection, run_keys: Ints) -> Iterator[TimedRun]:
    """Runs with their node executions as the critical path needs them; also those without any."""
    for some in chunked(run_keys, _RUNS_AT_A_TIME):
        attempts = _attempts(connection, some)
        found: dict[int, list[TimedExecution]] = defaultdict(list)
        query = (
            select(
                e.run_key,
                e.node_execution_id,
                e.parent_node_execution_id,
                e.node_key,
                nodes.c.node_id,
                nodes.c.enclosing_node_id,
                nodes.c.node_type,
                e.start_ns,
                ended_ns.label("end_ns"),
                e.ready_ns,
                e.waits_for,
            )
            .join(nodes, nodes.c.node_key == e.node_key)
            .where(e.run_key.in_(some))
        )
        for run_key, node_execution_id, *described, waits_for in connection.execute(query):
            log = tuple(attempts.get((run_key, node_execution_id), ()))
            values = (node_execution_id, *described, tuple(waits_for or ()), log)
            found[run_key].append(TimedExecution(*values))
        bounds = select(runs.c.run_key, runs.c.start_ns, runs.c.end_ns).where(runs.c.run_key.in_(some))
        for run_key, start_ns, end_ns in connection.execute(bounds.order_by(runs.c.run_key)):
            yield TimedRun(run_key, start_ns, end_ns, found.get(run_key, ()))


def _attempts(connection: Connection, run_keys: Sequence[int]) -> dict[tuple[int, str], list[Attempt]]:
    query = select(node_attempts).where(node_attempts.c.run_key.in_(run_keys))
    made: dict[tuple[int, str], list[Attempt]] = defaultdict(list)
    for row in connection.execute(query.order_by(node_attempts.c.attempt_number)):
        made[row.run_key, row.node_execution_id].append(attempt_of(row))
    return made


def node_dimensions(connection: Connection, node_keys: Sequence[int]) -> dict[int, NodeDimension]:
    """What nodes are, by key."""
    query = select(nodes.c.node_key, nodes.c.node_id, nodes.c.enclosing_node_id, nodes.c.node_type, nodes.c.node_title)
    found: dict[int, NodeDimension] = {}
    for begin in range(0, len(node_keys), _KEYS_AT_A_TIME):
        some = query.where(nodes.c.node_key.in_(node_keys[begin : begin + _KEYS_AT_A_TIME]))
        found |= {row.node_key: NodeDimension(*row) for row in connection.execute(some)}
    return found
