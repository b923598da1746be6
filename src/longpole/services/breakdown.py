"""Where the time and the money of a workflow go: by type of node and, under each type, by node.

Times are inclusive; `share` is of self times, so that the shares of all nodes
sum to 1 and a node that holds others does not hide them. Tokens and money are
counted at the innermost node that reports them.

Upstream: `performance`. Downstream: `store.node_reads`, `analysis.self_time`.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from longpole.analysis.distribution import distribution
from longpole.analysis.nesting import Nesting
from longpole.analysis.self_time import covered_times
from longpole.analysis.usage import repeated_usage
from longpole.domain.figures import NodeBreakdown, NodeFigures, NodeTimeFigures, NodeTypeFigures, TokenFigures
from longpole.domain.periods import Question
from longpole.domain.run_lists import RunFilters
from longpole.domain.units import NS_PER_SECOND, instant
from longpole.services.figures import memory_figures, ratio, total
from longpole.store.columns import Floats, Ints, MakeArray, amounts, floats, ints, total_dollars
from longpole.store.node_reads import MEASURES, NodeDimension, TimedExecution, measured_runs, node_dimensions
from longpole.store.period_reads import runs_of_period
from longpole.store.workflow_scope import find_scope

_ROWS_AT_A_TIME = 20_000
_USAGE = slice(MEASURES.index("input_tokens"), MEASURES.index("cost") + 1)
_FAILED, _SUCCEEDED = 1, 0  # codes of NodeStatus
_MAKERS: dict[str, MakeArray] = {"node_key": ints, "attempts": ints, "cost": amounts}


def breakdown(connection: Connection, asked: Question, filters: RunFilters) -> NodeBreakdown:
    """The node executions of a period's runs, by type and node, those with the most self time first."""
    keys = runs_of_period(
        connection, find_scope(connection, asked.app_id, asked.workflow_id), asked.period, filters
    ).run_key
    columns = _read(connection, keys)
    dimensions = node_dimensions(connection, np.unique(columns["node_key"]).tolist())
    whole = float(np.nansum(columns["self_ns"]))
    types = [_type(columns, nodes, whole) for nodes in _by_type(columns["node_key"], dimensions).values()]
    return NodeBreakdown(
        app_id=asked.app_id,
        workflow_id=asked.workflow_id,
        period_start=instant(asked.period.since_ns),
        period_end=instant(asked.now_ns),
        items=tuple(sorted(types, key=lambda line: (-(line.execution_time.self_total or 0), line.node_type))),
    )


Columns = dict[str, NDArray[Any]]


def _read(connection: Connection, run_keys: Ints) -> Columns:
    """`MEASURES` and `self_ns` of all node executions of runs, a place in every array per execution."""
    names = (*MEASURES, "self_ns")
    makers: list[MakeArray] = [_MAKERS.get(name, floats) for name in names]
    parts: list[list[NDArray[Any]]] = [[make(())] for make in makers]
    waiting: list[Sequence[Any]] = []

    def pack() -> None:
        for part, make, column in zip(parts, makers, zip(*waiting, strict=True), strict=False):
            part.append(make(column))
        waiting.clear()

    for rows in measured_runs(connection, run_keys):
        waiting += _measured(rows)
        if len(waiting) >= _ROWS_AT_A_TIME:
            pack()
    pack()
    return {name: np.concatenate(part) for name, part in zip(names, parts, strict=True)}


def _measured(rows: Sequence[Any]) -> list[list[Any]]:
    """The measures of one run's executions with their self times, usage counted once."""
    covered, repeated = _nested(rows)
    made = []
    for row in rows:
        values = list(row[-len(MEASURES) :])
        if row.node_execution_id in repeated:
            values[_USAGE] = [None] * (_USAGE.stop - _USAGE.start)
        inside_ns = covered.get(row.node_execution_id, 0)
        values.append(None if row.elapsed_ns is None else max(0, row.elapsed_ns - inside_ns))
        made.append(values)
    return made


def _nested(rows: Sequence[Any]) -> tuple[dict[str, int], set[str]]:
    """For how long others ran inside each execution, and which ones repeat the usage of others."""
    if all(row.parent_node_execution_id is None for row in rows):
        return {}, set()
    times = [
        TimedExecution(
            row.node_execution_id, row.parent_node_execution_id, 0, "", None, "", row.start_ns, row.end_ns, None, ()
        )
        for row in rows
    ]
    reports = [
        (row.node_execution_id, row.parent_node_execution_id, row.total_tokens is not None or row.cost is not None)
        for row in rows
    ]
    return covered_times(Nesting(times)), repeated_usage(reports)


@dataclass(frozen=True, slots=True)
class _Node:
    """A node's description, and the places of its executions."""

    dimension: NodeDimension
    places: NDArray[np.intp]


def _by_type(node_keys: Ints, dimensions: dict[int, NodeDimension]) -> dict[str, list[_Node]]:
    """Nodes by type. Executions of one node that differ in their title only are together, under the newest one."""
    order = np.argsort(node_keys, kind="stable")
    keys, starts = np.unique(node_keys[order], return_index=True)
    together: dict[tuple[str, str | None, str], list[tuple[NDArray[np.intp], NodeDimension]]] = defaultdict(list)
    for key, places in zip(keys.tolist(), np.split(order, starts[1:]) if len(keys) else (), strict=True):
        found = dimensions[key]
        together[found.node_type, found.enclosing_node_id, found.node_id].append((places, found))
    types: dict[str, list[_Node]] = defaultdict(list)
    for (node_type, _, _), same in together.items():
        newest = max(same, key=lambda each: int(each[0].max()))[1]
        types[node_type].append(_Node(newest, np.sort(np.concatenate([places for places, _ in same]))))
    return types


def _type(columns: Columns, nodes: list[_Node], whole: float) -> NodeTypeFigures:
    lines = [_node(_Figures.of(columns, node.places, whole), node.dimension) for node in nodes]
    own = _Figures.of(columns, np.sort(np.concatenate([node.places for node in nodes])), whole)
    return NodeTypeFigures(
        node_type=nodes[0].dimension.node_type,
        execution_count=own.execution_count,
        execution_time=own.execution_time,
        share=own.share,
        tokens=own.tokens,
        cost=total_dollars(own.columns["cost"]),
        error_rate=own.error_rate,
        retry_count=own.retry_count,
        cache_hits=own.cache_hits,
        nodes=tuple(sorted(lines, key=_rank)),
    )


def _rank(line: NodeFigures) -> tuple[float, str, str]:
    return -(line.execution_time.self_total or 0), line.node_id, line.enclosing_node_id or ""


def _node(own: "_Figures", dimension: NodeDimension) -> NodeFigures:
    return NodeFigures(
        node_id=dimension.node_id,
        node_title=dimension.node_title,
        node_type=dimension.node_type,
        enclosing_node_id=dimension.enclosing_node_id,
        execution_count=own.execution_count,
        execution_time=own.execution_time,
        share=own.share,
        tokens=own.tokens,
        cost=total_dollars(own.columns["cost"]),
        error_rate=own.error_rate,
        retry_count=own.retry_count,
        cache_hits=own.cache_hits,
        input_bytes=_mean(own.columns["input_bytes"]),
        output_bytes=_mean(own.columns["output_bytes"]),
        memory_peak=memory_figures(own.columns["memory_peak_bytes"]),
    )


@dataclass(frozen=True, slots=True)
class _Figures:
    """What some executions come to."""

    columns: Columns
    whole_ns: float

    @classmethod
    def of(cls, columns: Columns, places: NDArray[np.intp], whole_ns: float) -> "_Figures":
        return cls({name: column[places] for name, column in columns.items()}, whole_ns)

    @property
    def execution_count(self) -> int:
        return len(self.columns["node_key"])

    @property
    def execution_time(self) -> NodeTimeFigures:
        found = distribution(self.columns["elapsed_ns"] / NS_PER_SECOND)
        if found is None:
            return NodeTimeFigures()
        own = float(np.nansum(self.columns["self_ns"])) / NS_PER_SECOND
        return NodeTimeFigures(found.avg, found.p50, found.p95, found.p99, found.total, own)

    @property
    def share(self) -> float | None:
        return ratio(float(np.nansum(self.columns["self_ns"])), self.whole_ns)

    @property
    def tokens(self) -> TokenFigures:
        kinds = ("input", "output", "cache_read", "cache_write", "reasoning", "total")
        return TokenFigures(*(total(self.columns[f"{kind}_tokens"]) for kind in kinds))

    @property
    def error_rate(self) -> float | None:
        """Of the executions that ran to their end, the share that failed."""
        failed = int((self.columns["status"] == _FAILED).sum())
        return ratio(failed, failed + int((self.columns["status"] == _SUCCEEDED).sum()))

    @property
    def retry_count(self) -> int:
        return int((self.columns["attempts"] - 1).sum())

    @property
    def cache_hits(self) -> int:
        return int((self.columns["is_cached"] == 1).sum())


def _mean(values: Floats) -> float | None:
    found = distribution(values)
    return None if found is None else found.avg
