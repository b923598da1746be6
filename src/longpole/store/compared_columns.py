"""The runs of a side of a comparison as columns, and how long each node took in each of them.

Of many runs some are read, spread evenly over the time: 20,000 on a side are
as sharp as anybody needs.

Upstream: `services.compare`. Downstream: `number_reads`, the tables of `tables.runs`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from sqlalchemy import Connection, Dialect, Integer, Select, Text, cast, select, type_coerce

from longpole.analysis.bottlenecks import evenly
from longpole.domain.comparisons import Side
from longpole.domain.periods import Period
from longpole.domain.run_lists import RunFilters
from longpole.domain.units import NS_PER_SECOND, PICO_PER_USD
from longpole.store.columns import Floats, Ints, ints, pico_dollars, read_columns
from longpole.store.node_reads import NodeDimension, node_dimensions
from longpole.store.number_reads import NO_INSTANT, Numbers, known
from longpole.store.period_reads import in_period
from longpole.store.quick_reads import rows_of_keys, sql_of
from longpole.store.run_filters import matching
from longpole.store.tables import node_executions, runs
from longpole.store.values import text
from longpole.store.workflow_scope import WorkflowScope

MOST_RUNS, MOST_EXECUTIONS = 20_000, 400_000
_LEAST_RUNS = 1_000
_KEYS_AT_A_TIME = 2_000
_FAILED = 1
e, r = node_executions.c, runs.c


@dataclass(frozen=True, slots=True)
class ListedRuns:
    """Runs by the instant that they count by, and how many node executions each has."""

    run_key: Ints
    end_ns: Ints
    nodes: Ints

    def __len__(self) -> int:
        return int(self.run_key.size)

    def spread(self) -> "ListedRuns":
        """So many of them as are read, evenly over the time."""
        each = float(np.maximum(self.nodes, 1).mean()) if len(self) else 1.0
        most = min(MOST_RUNS, max(_LEAST_RUNS, int(MOST_EXECUTIONS / each)))
        places = np.array(evenly(len(self), most), dtype=np.int64)
        return ListedRuns(self.run_key[places], self.end_ns[places], self.nodes[places])


@dataclass(frozen=True, slots=True)
class ComparedColumns:
    """Runs, a place in every array per run; NaN where a number is not known.

    Attributes:
        input_bytes: Of the run, else of the node that ran first.
        retries: Of all its nodes; NaN of a run without nodes.
        dimensions: The nodes that ran.
        run, node, seconds: For each node in a run the places of both, and the time of its executions in it.
    """

    end_ns: Ints
    elapsed_s: Floats
    has_failed: Floats
    cost_usd: Floats
    tokens: Floats
    cache_hit_rate: Floats
    nodes: Floats
    input_bytes: Floats
    retries: Floats
    dimensions: tuple[NodeDimension, ...]
    run: Ints
    node: Ints
    seconds: Floats

    def __len__(self) -> int:
        return int(self.end_ns.size)


def listed_runs(connection: Connection, scope: WorkflowScope | None, period: Period, side: Side) -> ListedRuns:
    """The runs of a side that count in the period, by time; none of an unknown workflow."""
    if scope is None:
        return ListedRuns(ints(()), ints(()), ints(()))
    query: Select[Any] = select(r.run_key, r.period_ns, r.node_count).where(scope.condition(), in_period(period))
    if side.version is not None:
        query = query.where(r.workflow_version == text(side.version))
    if side.environment is not None:
        query = query.where(r.environment == text(side.environment))
    filters = RunFilters(status=side.status, user_id=side.user_id, session_id=side.session_id, tag=side.tag)
    found = matching(query, filters, connection.dialect.name).order_by(r.period_ns, r.run_key)
    return ListedRuns(*read_columns(connection, found, [ints, ints, ints]))


def compared_columns(connection: Connection, listed: ListedRuns) -> ComparedColumns:
    """What is compared of some runs; those that are gone meanwhile are left out."""
    by_key = np.argsort(listed.run_key)
    keys, ends = listed.run_key[by_key], listed.end_ns[by_key]
    rows = {row[0]: row for row in rows_of_keys(connection, _sql(connection.dialect), keys.tolist())}
    is_here = np.array([key in rows for key in keys.tolist()], dtype=np.bool_)
    keys, ends = keys[is_here], ends[is_here]
    columns = list(zip(*[rows[key] for key in keys.tolist()], strict=True)) if keys.size else [()] * 8
    own = np.array([_input_bytes(each) for each in columns[7]], dtype=np.float64)
    of_nodes = _of_nodes(connection, keys)
    return ComparedColumns(
        end_ns=ends,
        elapsed_s=_floats(columns[1]) / NS_PER_SECOND,
        has_failed=(_floats(columns[2]) == _FAILED).astype(np.float64),
        cost_usd=_floats(columns[3]) / PICO_PER_USD,
        tokens=_floats(columns[4]),
        cache_hit_rate=_floats(columns[5]),
        nodes=_floats(columns[6]),
        input_bytes=np.where(np.isfinite(own), own, of_nodes.first_bytes),
        retries=of_nodes.retries,
        dimensions=of_nodes.dimensions,
        run=of_nodes.run,
        node=of_nodes.node,
        seconds=of_nodes.seconds,
    )


@lru_cache
def _sql(dialect: Dialect) -> str:
    columns = (
        r.run_key,
        r.elapsed_ns,
        type_coerce(r.status, Integer),
        pico_dollars(r.cost_usd, dialect.name),
        r.total_tokens,
        r.cache_hit_rate,
        r.node_count,
        cast(r.metrics, Text),
    )
    return f"{sql_of(select(*columns), dialect)} WHERE runs.run_key"


def _input_bytes(metrics: str | None) -> float:
    found = (json.loads(metrics) or {}).get("input_bytes") if metrics else None
    return float(found) if isinstance(found, int | float) else np.nan


def _floats(values: Sequence[Any]) -> Floats:
    return np.array(values, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class _OfNodes:
    """What the node executions of runs come to, by the places of runs."""

    retries: Floats
    first_bytes: Floats
    dimensions: tuple[NodeDimension, ...]
    run: Ints
    node: Ints
    seconds: Floats


_EXECUTIONS = Numbers(
    e.run_key,
    e.node_execution_id,
    (e.run_key, e.node_key, known(e.start_ns, NO_INSTANT), known(e.elapsed_ns), e.attempts, known(e.input_bytes)),
)


def _of_nodes(connection: Connection, keys: Ints) -> _OfNodes:
    """`keys` in their order."""
    parts = [
        _EXECUTIONS.of_keys(connection, keys[begin : begin + _KEYS_AT_A_TIME].tolist())
        for begin in range(0, keys.size, _KEYS_AT_A_TIME)
    ]
    columns = [np.concatenate(each) for each in zip(*parts, strict=True)] if parts else [ints(())] * 6
    run_key, node_key, start_ns, elapsed_ns, attempts, input_bytes = columns
    run = np.searchsorted(keys, run_key)
    has_nodes = np.bincount(run, minlength=keys.size) > 0
    retries = np.bincount(run, np.maximum(attempts - 1, 0), keys.size).astype(np.float64)
    dimensions, node = _dimensions(connection, node_key)
    pairs, places = np.unique(run * max(len(dimensions), 1) + node, return_inverse=True)
    times = np.where(elapsed_ns < 0, np.nan, elapsed_ns / NS_PER_SECOND)
    seconds = np.bincount(places, times, pairs.size).astype(np.float64)
    return _OfNodes(
        retries=np.where(has_nodes, retries, np.nan),
        first_bytes=_first_bytes(run, start_ns, input_bytes, keys.size),
        dimensions=dimensions,
        run=pairs // max(len(dimensions), 1),
        node=pairs % max(len(dimensions), 1),
        seconds=seconds,
    )


def _dimensions(connection: Connection, node_key: Ints) -> tuple[tuple[NodeDimension, ...], Ints]:
    """The nodes, those that differ in their title only being one, and which of them each execution is of."""
    keys, places = np.unique(node_key, return_inverse=True)
    known_ones = node_dimensions(connection, keys.tolist())
    places_of: dict[tuple[str, str | None, str], int] = {}
    kept: list[NodeDimension] = []
    of_key = np.zeros(keys.size, dtype=np.int64)
    for number, key in enumerate(keys.tolist()):
        node = known_ones[key]
        identity = (node.node_type, node.enclosing_node_id, node.node_id)
        if identity not in places_of:
            places_of[identity] = len(kept)
            kept.append(node)
        of_key[number] = places_of[identity]
    return tuple(kept), of_key[places.reshape(-1)]


def _first_bytes(run: Ints, start_ns: Ints, input_bytes: Ints, count: int) -> Floats:
    """The size of what the node had that ran first, by run."""
    order = np.lexsort((np.where(start_ns == NO_INSTANT, np.iinfo(np.int64).max, start_ns), run))
    first = order[np.unique(run[order], return_index=True)[1]]
    found = np.full(count, np.nan)
    found[run[first]] = np.where(input_bytes[first] < 0, np.nan, input_bytes[first])
    return found
