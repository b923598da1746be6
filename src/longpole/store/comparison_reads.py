"""A workflow's runs of a stretch of time, as far as they are compared with those of another one.

Of many runs some are read, spread evenly over the time: a comparison of five
thousand with five thousand is as sharp as anybody needs.

Upstream: `services.verification`. Downstream: the tables of `tables.runs`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection, select

from longpole.analysis.bottlenecks import evenly
from longpole.domain.periods import Period
from longpole.store.columns import pico_dollars, raw
from longpole.store.period_reads import in_period
from longpole.store.tables import node_executions, nodes, runs
from longpole.store.workflow_scope import find_scope

MOST_RUNS = 5_000
_LEAST_RUNS, _MOST_EXECUTIONS = 500, 200_000
_KEYS_AT_A_TIME = 500
e = node_executions.c


@dataclass(frozen=True, slots=True)
class ComparedRun:
    """A run: when it ended, what it took and used, the nodes that it ran, and the size of what came in.

    `first_node` is that whose input `input_bytes` is; None where it is the run's own.
    """

    end_ns: int
    elapsed_ns: int | None
    has_failed: bool
    cost_pico_usd: int | None
    total_tokens: int | None
    input_bytes: float | None
    first_node: str | None
    node_ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class ComparedRuns:
    """The runs in order of their ends, and of how many they were taken."""

    runs: tuple[ComparedRun, ...]
    of: int


_NONE = ComparedRuns((), 0)


def compared_runs(connection: Connection, app_id: str, workflow_id: str, since_ns: int, until_ns: int) -> ComparedRuns:
    """The runs that ended in the time; at most `MOST_RUNS` of them, fewer where they have many nodes."""
    scope = find_scope(connection, app_id, workflow_id)
    if scope is None:
        return _NONE
    query = select(runs.c.run_key, runs.c.node_count).where(scope.condition(), in_period(Period(since_ns, until_ns)))
    listed = connection.execute(query.order_by(runs.c.period_ns, runs.c.run_key)).all()
    nodes_each = sum(row.node_count for row in listed) / max(len(listed), 1)
    most = min(MOST_RUNS, max(_LEAST_RUNS, int(_MOST_EXECUTIONS / max(nodes_each, 1))))
    chosen = [listed[place].run_key for place in evenly(len(listed), most)]
    found: dict[int, ComparedRun] = {}
    for begin in range(0, len(chosen), _KEYS_AT_A_TIME):
        found |= _read(connection, chosen[begin : begin + _KEYS_AT_A_TIME])
    return ComparedRuns(tuple(found[key] for key in chosen if key in found), len(listed))


def _read(connection: Connection, keys: Sequence[int]) -> Mapping[int, ComparedRun]:
    nodes_of = _nodes_of(connection, keys)
    query = select(
        runs.c.run_key,
        runs.c.period_ns,
        runs.c.elapsed_ns,
        raw(runs.c.status).label("status"),
        pico_dollars(runs.c.cost_usd, connection.dialect.name).label("cost"),
        runs.c.total_tokens,
        runs.c.metrics,
    ).where(runs.c.run_key.in_(keys))
    return {row.run_key: _run(row, nodes_of.get(row.run_key, [])) for row in connection.execute(query)}


_FAILED = 1


def _run(row: Any, executions: Sequence[Any]) -> ComparedRun:
    first = min(executions, key=lambda each: (each.start_ns is None, each.start_ns or 0), default=None)
    own = (row.metrics or {}).get("input_bytes")
    size = own if own is not None or first is None else first.input_bytes
    return ComparedRun(
        end_ns=row.period_ns,
        elapsed_ns=row.elapsed_ns,
        has_failed=row.status == _FAILED,
        cost_pico_usd=row.cost,
        total_tokens=row.total_tokens,
        input_bytes=None if size is None or not np.isfinite(size) else float(size),
        first_node=None if own is not None or first is None else first.node_id,
        node_ids=frozenset(each.node_id for each in executions),
    )


def _nodes_of(connection: Connection, keys: Sequence[int]) -> dict[int, list[Any]]:
    query = (
        select(e.run_key, nodes.c.node_id, e.start_ns, e.input_bytes)
        .join(nodes, nodes.c.node_key == e.node_key)
        .where(e.run_key.in_(keys))
    )
    found: dict[int, list[Any]] = {}
    for row in connection.execute(query):
        found.setdefault(row.run_key, []).append(row)
    return found
