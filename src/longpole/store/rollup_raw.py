"""The raw rows of runs that are to be rolled up, as arrays, some thousand runs at a time.

Upstream: `services.rollups`, `period_cells`. Downstream: the tables of `tables.runs`;
`analysis.rollup_cells` gets the arrays.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Dialect,
    Integer,
    Text,
    cast,
    func,
    literal_column,
    select,
    type_coerce,
)

from longpole.analysis.metric_values import Wanted, measured, sent
from longpole.analysis.rollup import UNKNOWN
from longpole.analysis.rollup_cells import CACHE_RATE_UNIT, PARTIAL
from longpole.analysis.rollup_rows import NO_TIME, TOKENS, Measured, NodeRows, RunRows, TimedRow
from longpole.analysis.sketch import Ints
from longpole.domain.metrics import Level
from longpole.store.columns import pico_dollars
from longpole.store.keys import dimension_key
from longpole.store.metric_formulas import formulas_of
from longpole.store.node_identities import identities, told_apart
from longpole.store.node_totals import ended_ns, used_tokens
from longpole.store.quick_reads import array, rows, rows_of_keys, sql_of
from longpole.store.rollup_horizons import Horizons
from longpole.store.run_rows import attempt_of
from longpole.store.seldom_read import seldom_read
from longpole.store.tables import node_attempts, node_executions, runs

_KEYS_PER_QUERY = 500
_NS = 1_000_000_000
NO_VERSION = 0
e, r = node_executions.c, runs.c


@dataclass(frozen=True, slots=True)
class Stretch:
    """All runs of a workflow that count from one instant up to, not including, another; seconds since the epoch."""

    workflow_key: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class RawRows:
    """Runs and nodes, and the versions that they name: key and text."""

    runs: RunRows
    nodes: NodeRows
    versions: dict[int, str]


def counted() -> ColumnElement[bool]:
    """What holds of a run that figures are about: it has ended, or has been given up."""
    return r.is_ended | r.is_abandoned


_KEYS_WITHIN = (
    "SELECT run_key FROM runs WHERE workflow_key = ? AND period_ns >= ? AND period_ns < ? "
    "AND (is_ended OR is_abandoned)"
)
_KEYS_WITHIN_ALL = (
    "SELECT found.run_key FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS stretch (workflow, since, until), "
    "LATERAL (SELECT run_key FROM runs WHERE workflow_key = stretch.workflow AND period_ns >= stretch.since "
    "AND period_ns < stretch.until AND (is_ended OR is_abandoned) OFFSET 0) AS found"  # OFFSET: by index, one by one
)


def keys_within(connection: Connection, stretches: Sequence[Stretch]) -> list[int]:
    """The keys of the runs of some stretches."""
    asked = [(each.workflow_key, each.start * _NS, each.end * _NS) for each in stretches]
    if not asked:
        return []
    if connection.dialect.name == "postgresql":
        return [key for (key,) in rows(connection, _KEYS_WITHIN_ALL, tuple(map(array, zip(*asked, strict=True))))]
    return [key for each in asked for (key,) in rows(connection, _KEYS_WITHIN, each)]


def raw_rows(
    connection: Connection, run_keys: Sequence[int], horizons: Horizons, *, with_nodes: bool = True
) -> RawRows:
    """The runs of some keys, as far as they count.

    Args:
        connection: A transaction.
        run_keys: Some thousand at a time, or memory may not suffice.
        horizons: What says which cell a run goes into.
        with_nodes: Read their nodes as well.
    """
    return _Found(connection, run_keys, with_nodes=with_nodes).rows(horizons)


class _Found:
    """Rows of runs and of their nodes, to be made into arrays."""

    def __init__(self, connection: Connection, run_keys: Sequence[int], *, with_nodes: bool) -> None:
        dialect = connection.dialect
        self.connection = connection
        self.runs = sorted(rows_of_keys(connection, _runs_sql(dialect), run_keys))  # the key comes first
        self.nodes = rows_of_keys(connection, _nodes_sql(dialect), [row[0] for row in self.runs]) if with_nodes else []
        self.columns = list(zip(*self.nodes, strict=True)) or [()] * _NODE_WIDTH
        self.node_key = _ints(self.columns[_NODE_KEY])
        self.known = identities(connection, set(np.unique(self.node_key).tolist()))
        self.attempts: dict[tuple[int, str], list[Any]] = defaultdict(list)
        retried = sorted({row[0] for row in self.nodes if row[_ATTEMPTS] > 1})
        for begin in range(0, len(retried), _KEYS_PER_QUERY):
            some = node_attempts.c.run_key.in_(retried[begin : begin + _KEYS_PER_QUERY])
            query = select(node_attempts).where(some).order_by(node_attempts.c.attempt_number)
            for row in connection.execute(query):
                self.attempts[row.run_key, row.node_execution_id].append(attempt_of(row))

    def rows(self, horizons: Horizons) -> RawRows:
        versions = {dimension_key(row[2]): row[2] for row in self.runs if row[2] is not None}
        of_runs, of_nodes = self._run_rows(horizons), self._node_rows()
        if horizons.formulas:
            of_runs, of_nodes = self._measured(of_runs, of_nodes)
        return RawRows(of_runs, of_nodes, versions)

    def _measured(self, of_runs: RunRows, of_nodes: NodeRows) -> tuple[RunRows, NodeRows]:
        """The same with what users' formulas come to."""
        formulas = formulas_of(self.connection, np.unique(of_runs.keys[:, 1]).tolist())
        if not formulas:
            return of_runs, of_nodes
        needed = {name for formula in formulas for name in formula.expression.names}
        further = seldom_read(self.connection, needed, self.columns[:2], [row[0] for row in self.runs])
        order = np.argsort(self._run_of_nodes(), kind="stable")
        seconds = _ints([row[3] for row in self.runs]) // _NS
        of_node = {name: column[order] for name, column in further.of_nodes.items()}
        return measured(of_runs, of_nodes, Wanted(seconds, formulas, further.of_runs, of_node))

    def _run_of_nodes(self) -> Ints:
        run: Ints = np.searchsorted(_ints([row[0] for row in self.runs]), _ints(self.columns[0]))
        return run

    def _run_rows(self, horizons: Horizons) -> RunRows:
        columns = list(zip(*self.runs, strict=True)) or [()] * _RUN_WIDTH
        _key, workflow, version, period, status, rate, numbers = columns[:7]
        start, end, elapsed_ns, node_count, failed_nodes, cost, known_cost, memory_bytes, *tokens = map(
            _ints, columns[7:]
        )
        tiers, starts = horizons.places(_ints(period) // _NS)
        version_keys = [NO_VERSION if each is None else dimension_key(each) for each in version]
        keys = [tiers, _ints(workflow), starts, _ints(version_keys)]
        return RunRows(
            keys=np.column_stack(keys),
            start_ns=start,
            end_ns=end,
            status=_ints([PARTIAL if each is None else each for each in status]),
            elapsed_ns=elapsed_ns,
            node_count=node_count,
            failed_nodes=failed_nodes,
            tokens=dict(zip(TOKENS, tokens, strict=True)),
            cost=cost,
            known_cost=known_cost,
            cache_rate=_ints([UNKNOWN if each is None else round(each * CACHE_RATE_UNIT) for each in rate]),
            memory_bytes=memory_bytes,
            measured=sent(((place, text) for place, text in enumerate(numbers) if text), Level.RUN),
        )

    def _node_rows(self) -> NodeRows:
        """All runs' nodes, those of a run side by side, whatever the order in which they were read."""
        run = self._run_of_nodes()
        order = np.argsort(run, kind="stable")
        start_ns, end_ns, model, status, elapsed_ns, attempts, cost, is_cached, *sizes = (
            _ints(column)[order] for column in self.columns[_NUMBERS:]
        )
        input_bytes, output_bytes, memory, *tokens = sizes
        node_key = self.node_key[order]
        identity, is_engine = told_apart(node_key, self.known)
        return NodeRows(
            run=run[order],
            parent=self._parents(order),
            start_ns=start_ns,
            end_ns=end_ns,
            needs_walk=(attempts > 1) | self._has_order()[order],
            is_engine=is_engine,
            identity=identity,
            timed=self._timed(order),
            node_key=node_key,
            model_key=model,
            status=status,
            elapsed_ns=elapsed_ns,
            retries=attempts - 1,
            tokens=dict(zip(TOKENS, tokens, strict=True)),
            cost=cost,
            is_cached=is_cached,
            input_bytes=input_bytes,
            output_bytes=output_bytes,
            memory_bytes=memory,
            measured=self._sent(order) if any(self.columns[_METRICS]) else None,
        )

    def _sent(self, order: Ints) -> Measured | None:
        """The numbers that were sent with executions."""
        texts = self.columns[_METRICS]
        return sent(((place, text) for place, row in enumerate(order.tolist()) if (text := texts[row])), Level.NODE)

    def _parents(self, order: Ints) -> Ints:
        """Where the execution is that each is inside of."""
        run_keys, ids, above = self.columns[:3]
        parents = np.full(len(order), -1, np.int64)
        if any(above):
            places = np.empty(len(order), np.int64)
            places[order] = np.arange(len(order))
            place_of = dict(zip(zip(run_keys, ids, strict=True), places.tolist(), strict=True))
            parents[places] = [place_of.get(key, -1) for key in zip(run_keys, above, strict=True)]
        return parents

    def _has_order(self) -> Any:
        """Which of the rows say more than when they ran."""
        ready, waits_for = self.columns[3:5]
        if not any(waits_for) and ready.count(None) == len(ready):
            return np.zeros(len(ready), np.bool_)
        return np.array([bool(names) or at is not None for names, at in zip(waits_for, ready, strict=True)], np.bool_)

    def _timed(self, order: Ints) -> Callable[[int, int], list[TimedRow]]:
        def timed(begin: int, end: int) -> list[TimedRow]:
            places = zip(order[begin:end].tolist(), range(begin, end), strict=True)
            return [self._timed_row(self.nodes[row], place) for row, place in places]

        return timed

    def _timed_row(self, row: tuple[Any, ...], place: int) -> TimedRow:
        run_key, id_, parent, ready_ns, waits_for, _, key, start_ns, end_ns = row[: _NUMBERS + 2]
        node_id, _, node_type = self.known[key]
        return TimedRow(
            id_,
            parent,
            node_id,
            node_type,
            None if start_ns == NO_TIME else start_ns,
            None if end_ns == NO_TIME else end_ns,
            ready_ns,
            tuple(json.loads(waits_for)) if waits_for else (),
            tuple(self.attempts.get((run_key, id_), ())) if row[_ATTEMPTS] > 1 else (),
            place,
        )


@lru_cache
def _runs_sql(dialect: Dialect) -> str:
    columns = [
        r.run_key,
        r.workflow_key,
        r.workflow_version,
        r.period_ns,
        type_coerce(r.status, Integer),
        r.cache_hit_rate,
        cast(r.metrics, Text),
        _instant(r.start_ns),
        _instant(r.end_ns),
        _known(r.elapsed_ns),
        r.node_count,
        r.failed_nodes,
        _known(pico_dollars(r.cost_usd, dialect.name)),
        _known(pico_dollars(r.known_cost_usd, dialect.name)),
        _known(r.memory_peak_bytes),
        *(_known(r[f"{kind}_tokens"]) for kind in TOKENS),
    ]
    return f"{sql_of(select(*columns).where(counted().self_group()), dialect)} AND runs.run_key"


_RUN_WIDTH = 21


@lru_cache
def _nodes_sql(dialect: Dialect) -> str:
    columns = [
        e.run_key,
        e.node_execution_id,
        e.parent_node_execution_id,
        e.ready_ns,
        cast(e.waits_for, Text),
        cast(e.metrics, Text),
        e.node_key,
        _instant(e.start_ns),
        _instant(ended_ns),
        _known(e.model_key, 0),
        _known(type_coerce(e.status, Integer)),
        _known(e.elapsed_ns),
        e.attempts,
        _known(pico_dollars(e.cost_usd, dialect.name)),
        _known(cast(e.is_cached, Integer)),
        _known(e.input_bytes),
        _known(e.output_bytes),
        _known(e.memory_peak_bytes),
        *(_known(used_tokens if kind == "total" else e[f"{kind}_tokens"]) for kind in TOKENS),
    ]
    return f"{sql_of(select(*columns), dialect)} WHERE node_executions.run_key"


_METRICS, _NODE_KEY, _NUMBERS, _ATTEMPTS, _NODE_WIDTH = 5, 6, 7, 12, 24


def _known(column: ColumnElement[Any], otherwise: int = UNKNOWN) -> ColumnElement[int]:
    """A number; another in its place where it is unknown."""
    return func.coalesce(column, otherwise)


def _instant(column: ColumnElement[Any]) -> ColumnElement[int]:
    return func.coalesce(column, cast(literal_column(str(NO_TIME)), BigInteger))  # the number itself is no BIGINT there


def _ints(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64)
