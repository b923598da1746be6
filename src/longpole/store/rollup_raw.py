"""The raw rows of runs that are to be rolled up, as arrays, some thousand runs at a time.

Upstream: `services.rollups`, `period_cells`. Downstream: the tables of `tables.runs`;
`analysis.rollup_cells` gets the arrays.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, Integer, bindparam, cast, func, select, type_coerce

from longpole.analysis.rollup import UNKNOWN
from longpole.analysis.rollup_cells import CACHE_RATE_UNIT, PARTIAL
from longpole.analysis.rollup_rows import TOKENS, NodeRows, RunRows, TimedRow
from longpole.analysis.sketch import Ints
from longpole.store.columns import pico_dollars
from longpole.store.keys import dimension_key
from longpole.store.node_totals import ended_ns, used_tokens
from longpole.store.rollup_horizons import Horizons
from longpole.store.run_rows import attempt_of
from longpole.store.tables import node_attempts, node_executions, nodes, runs

_KEYS_PER_QUERY = 500
_NS = 1_000_000_000
_MOST_KNOWN = 200_000
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


_KEYS_WITHIN = select(r.run_key).where(
    r.workflow_key == bindparam("workflow"),
    r.period_ns >= bindparam("since_ns"),
    r.period_ns < bindparam("until_ns"),
    counted(),
)


def keys_within(connection: Connection, stretch: Stretch) -> list[int]:
    """The keys of the runs of a stretch."""
    bounds = {"workflow": stretch.workflow_key, "since_ns": stretch.start * _NS, "until_ns": stretch.end * _NS}
    return list(connection.scalars(_KEYS_WITHIN, bounds))


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
    found = _Found(with_nodes=with_nodes)
    for begin in range(0, len(run_keys), _KEYS_PER_QUERY):
        found.read(connection, run_keys[begin : begin + _KEYS_PER_QUERY])
    return found.rows(horizons)


class _Found:
    """Rows of several queries, to be made into arrays together."""

    def __init__(self, *, with_nodes: bool) -> None:
        self.with_nodes = with_nodes
        self.runs: list[Any] = []
        self.nodes: list[Any] = []
        self.attempts: dict[tuple[int, str], Any] = defaultdict(list)
        self.known: dict[int, tuple[str, str | None, str]] = {}

    def read(self, connection: Connection, keys: Sequence[int]) -> None:
        dialect = connection.dialect.name
        runs_found = connection.execute(select(*_run_columns(dialect)).where(r.run_key.in_(keys), counted())).all()
        self.runs += runs_found
        if not self.with_nodes:
            return
        known = [row[0] for row in runs_found]
        nodes_found = connection.execute(select(*_node_columns(dialect)).where(e.run_key.in_(known))).all()
        self.nodes += nodes_found
        retried = sorted({row[0] for row in nodes_found if row[_ATTEMPTS] > 1})
        if retried:
            attempts = select(node_attempts).where(node_attempts.c.run_key.in_(retried))
            for row in connection.execute(attempts.order_by(node_attempts.c.attempt_number)):
                self.attempts[row.run_key, row.node_execution_id].append(attempt_of(row))
        self.known |= _identities(connection, {row[_NODE_KEY] for row in nodes_found} - self.known.keys())

    def rows(self, horizons: Horizons) -> RawRows:
        places = {row[0]: place for place, row in enumerate(self.runs)}
        versions = {dimension_key(row[2]): row[2] for row in self.runs if row[2] is not None}
        self.nodes.sort(key=lambda row: places[row[0]])
        return RawRows(self._run_rows(horizons), self._node_rows(places), versions)

    def _run_rows(self, horizons: Horizons) -> RunRows:
        columns = list(zip(*self.runs, strict=True)) or [()] * _RUN_WIDTH
        _key, workflow, version, period, status, start, end, rate = columns[:8]
        numbers = [np.array(column, dtype=np.int64) for column in columns[8:]]
        tiers, starts = horizons.places(_ints(period) // _NS)
        version_keys = [NO_VERSION if each is None else dimension_key(each) for each in version]
        keys = [tiers, _ints(workflow), starts, _ints(version_keys)]
        elapsed_ns, node_count, failed_nodes, cost, known_cost, memory_bytes, *tokens = numbers
        return RunRows(
            keys=np.column_stack(keys),
            bounds=list(zip(start, end, strict=True)),
            status=_ints([PARTIAL if each is None else each for each in status]),
            elapsed_ns=elapsed_ns,
            node_count=node_count,
            failed_nodes=failed_nodes,
            tokens=dict(zip(TOKENS, tokens, strict=True)),
            cost=cost,
            known_cost=known_cost,
            cache_rate=_ints([UNKNOWN if each is None else round(each * CACHE_RATE_UNIT) for each in rate]),
            memory_bytes=memory_bytes,
        )

    def _node_rows(self, places: dict[int, int]) -> NodeRows:
        columns = list(zip(*self.nodes, strict=True)) or [()] * _NODE_WIDTH
        run_key, *_, node_key = columns[: _NODE_KEY + 1]
        model, status, elapsed_ns, attempts, cost, is_cached, input_bytes, output_bytes, memory, *tokens = (
            np.array(column, dtype=np.int64) for column in columns[_NODE_KEY + 1 :]
        )
        return NodeRows(
            run=_ints([places[key] for key in run_key]),
            timed=list(map(self._timed, self.nodes)),
            node_key=_ints(node_key),
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
        )

    def _timed(self, row: Any) -> TimedRow:
        run_key, id_, parent, start_ns, end_ns, ready_ns, waits_for, key = row[: _NODE_KEY + 1]
        node_id, enclosing, node_type = self.known[key]
        log = tuple(self.attempts.get((run_key, id_), ())) if row[_ATTEMPTS] > 1 else ()
        names = tuple(json.loads(waits_for)) if isinstance(waits_for, str) else tuple(waits_for or ())
        return TimedRow(id_, parent, node_id, enclosing, node_type, start_ns, end_ns, ready_ns, names, log)


def _run_columns(dialect: str) -> list[ColumnElement[Any]]:
    return [
        r.run_key,
        r.workflow_key,
        r.workflow_version,
        r.period_ns,
        type_coerce(r.status, Integer),
        r.start_ns,
        r.end_ns,
        r.cache_hit_rate,
        _known(r.elapsed_ns),
        r.node_count,
        r.failed_nodes,
        _known(pico_dollars(r.cost_usd, dialect)),
        _known(pico_dollars(r.known_cost_usd, dialect)),
        _known(r.memory_peak_bytes),
        *(_known(r[f"{kind}_tokens"]) for kind in TOKENS),
    ]


_RUN_WIDTH = 20


def _node_columns(dialect: str) -> list[ColumnElement[Any]]:
    return [
        e.run_key,
        e.node_execution_id,
        e.parent_node_execution_id,
        e.start_ns,
        ended_ns,
        e.ready_ns,
        e.waits_for,
        e.node_key,
        func.coalesce(e.model_key, 0),
        _known(type_coerce(e.status, Integer)),
        _known(e.elapsed_ns),
        e.attempts,
        _known(pico_dollars(e.cost_usd, dialect)),
        _known(cast(e.is_cached, Integer)),
        _known(e.input_bytes),
        _known(e.output_bytes),
        _known(e.memory_peak_bytes),
        *(_known(used_tokens if kind == "total" else e[f"{kind}_tokens"]) for kind in TOKENS),
    ]


_NODE_KEY, _ATTEMPTS, _NODE_WIDTH = 7, 11, 23


def _known(column: ColumnElement[Any]) -> ColumnElement[int]:
    """A number of 0 or more; -1 where it is unknown."""
    return func.coalesce(column, -1)


def _ints(values: Iterable[int]) -> Ints:
    return np.array(list(values), dtype=np.int64)


_Identity = tuple[str, str | None, str]
_identities_seen: dict[int, _Identity] = {}


def _identities(connection: Connection, keys: set[int]) -> dict[int, _Identity]:
    """Id, enclosing node and type of nodes, by key; keys are hashes of them, so that they hold for any database."""
    found = {key: identity for key in keys if (identity := _identities_seen.get(key)) is not None}
    missing = sorted(keys - found.keys())
    query = select(nodes.c.node_key, nodes.c.node_id, nodes.c.enclosing_node_id, nodes.c.node_type)
    for begin in range(0, len(missing), _KEYS_PER_QUERY):
        some = query.where(nodes.c.node_key.in_(missing[begin : begin + _KEYS_PER_QUERY]))
        found |= {key: (node_id, around, node_type) for key, node_id, around, node_type in connection.execute(some)}
    if len(_identities_seen) > _MOST_KNOWN:
        _identities_seen.clear()
    _identities_seen.update({key: found[key] for key in missing})
    return found
