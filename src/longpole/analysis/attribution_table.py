"""Runs as a table of what each node did in each of them: what attribution counts with.

    run ──┬── value (seconds, 0 or 1 for failed, dollars)
          └── node ── its part of the value · model · served from cache? · size of its input · tried again?

Invariant: the parts of all nodes of a run, with what nobody worked on, sum to
the value of the run.

Upstream: `attribution`. Downstream: `critical_path`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from longpole.analysis.critical_path import critical_path
from longpole.analysis.segments import Kind
from longpole.domain.degradations import DegradedMetric
from longpole.domain.runs import NodeExecution, NodeStatus

Floats = NDArray[np.float64]
WAITING = "waiting"
"""In the place of a node, for time in which none worked."""
_NS = 1e9


class WholeRun(Protocol):
    """A run with its node executions."""

    @property
    def workflow_run_id(self) -> str: ...  # noqa: D102 - as in the domain
    @property
    def workflow_version(self) -> str | None: ...  # noqa: D102 - as in the domain
    @property
    def start_ns(self) -> int | None: ...  # noqa: D102 - as in the domain
    @property
    def end_ns(self) -> int | None: ...  # noqa: D102 - as in the domain
    @property
    def elapsed_ns(self) -> int | None: ...  # noqa: D102 - as in the domain
    @property
    def has_failed(self) -> bool: ...  # noqa: D102 - as in the domain
    @property
    def cost_usd(self) -> Decimal | None: ...  # noqa: D102 - as in the domain
    @property
    def nodes(self) -> Sequence[NodeExecution]: ...  # noqa: D102 - as in the domain


@dataclass(frozen=True, slots=True)
class NodeColumn:
    """What one node did, a place in every array per run.

    Attributes:
        value: Its part of the run's value; 0 where it did not run.
        ran: Whether it did.
        model: Index into `Table.models`; -1 where none was said.
        cached: Share of its executions that a cache served; NaN: nothing was said.
        size: Input tokens, else bytes; NaN: not known.
        retried: Whether any execution was tried again, or failed.
    """

    value: Floats
    ran: NDArray[np.bool_]
    model: NDArray[np.int64]
    cached: Floats
    size: Floats
    retried: Floats


@dataclass(frozen=True, slots=True)
class Table:
    """Runs of one side.

    Attributes:
        value: Of each run: seconds, 1 for failed, dollars.
        version: Index into `versions`.
        path: Index into `paths`: which nodes the run went through.
    """

    run_ids: tuple[str, ...]
    value: Floats
    version: NDArray[np.int64]
    path: NDArray[np.int64]
    nodes: dict[str, NodeColumn]

    def __len__(self) -> int:
        return len(self.run_ids)


@dataclass(slots=True)
class Names:
    """What indexes of both sides' tables stand for."""

    versions: list[str | None]
    paths: list[frozenset[str]]
    models: list[str]

    @staticmethod
    def index(names: list[object], name: object) -> int:
        """The place of a name, which is added if it is new."""
        if name not in names:
            names.append(name)
        return names.index(name)


def tables(before: Iterable[WholeRun], after: Iterable[WholeRun], metric: DegradedMetric) -> tuple[Table, Table, Names]:
    """Both sides, of the runs of which the metric is known. O(executions · log)."""
    sides = [[run for run in side if _value(run, metric) is not None] for side in (before, after)]
    names = Names([], [], [])
    node_ids = sorted({node.node_id for side in sides for run in side for node in run.nodes})
    first, second = (_table(side, node_ids, metric, names) for side in sides)
    return first, second, names


def _value(run: WholeRun, metric: DegradedMetric) -> float | None:
    if metric is DegradedMetric.ERROR_RATE:
        return float(run.has_failed)
    if metric is DegradedMetric.COST:
        return None if run.cost_usd is None else float(run.cost_usd)
    return None if run.elapsed_ns is None or run.has_failed else run.elapsed_ns / _NS


def _table(runs: Sequence[WholeRun], node_ids: Sequence[str], metric: DegradedMetric, names: Names) -> Table:
    count = len(runs)
    columns = {
        node_id: NodeColumn(
            np.zeros(count),
            np.zeros(count, np.bool_),
            np.full(count, -1, np.int64),
            np.full(count, np.nan),
            np.full(count, np.nan),
            np.zeros(count),
        )
        for node_id in (*node_ids, WAITING)
    }
    parts_of = _PARTS[metric]
    value = np.array([_value(run, metric) for run in runs], dtype=np.float64)
    for place, run in enumerate(runs):
        parts = parts_of(run)
        for node_id, executions in _by_node(run.nodes).items():
            _fill(columns[node_id], place, executions, names)
        for node_id, part in parts.items():
            columns[node_id].value[place] = part
        columns[WAITING].value[place] = value[place] - sum(parts.values())
    return Table(
        tuple(run.workflow_run_id for run in runs),
        value,
        np.array([Names.index(names.versions, run.workflow_version) for run in runs], np.int64),  # type: ignore[arg-type]  # any list of names
        np.array([Names.index(names.paths, _path(run)) for run in runs], np.int64),  # type: ignore[arg-type]  # any list of names
        columns,
    )


def _by_node(nodes: Iterable[NodeExecution]) -> dict[str, list[NodeExecution]]:
    found: dict[str, list[NodeExecution]] = {}
    for node in nodes:
        if node.status is not NodeStatus.SKIPPED:
            found.setdefault(node.node_id, []).append(node)
    return found


def _path(run: WholeRun) -> frozenset[str]:
    """The nodes that ran; those of a failed run say where it ended, not which way it went."""
    return frozenset() if run.has_failed else frozenset(_by_node(run.nodes))


def _fill(column: NodeColumn, place: int, executions: Sequence[NodeExecution], names: Names) -> None:
    column.ran[place] = True
    longest = max(executions, key=lambda node: node.elapsed_ns or 0)
    if longest.model is not None:
        column.model[place] = Names.index(names.models, longest.model)  # type: ignore[arg-type]  # any list of names
    said = [node.is_cached for node in executions if node.is_cached is not None]
    if said:
        column.cached[place] = sum(said) / len(said)
    sizes = [node.input_bytes if node.tokens.input is None else node.tokens.input for node in executions]
    known = [size for size in sizes if size]
    if known:
        column.size[place] = sum(known)
    column.retried[place] = float(any(node.attempts > 1 or node.status is NodeStatus.FAILED for node in executions))


def _critical_parts(run: WholeRun) -> dict[str, float]:
    node_of = {node.node_execution_id: node.node_id for node in run.nodes}
    found: dict[str, float] = {}
    for segment in critical_path(run.nodes, run.start_ns, run.end_ns):
        node_id = node_of.get(segment.node_execution_id or "")
        if node_id is not None and segment.kind in {Kind.WORK, Kind.RETRY_DELAY}:
            found[node_id] = found.get(node_id, 0.0) + segment.length_ns / _NS
    return found


def _failed_parts(run: WholeRun) -> dict[str, float]:
    failed = [node for node in run.nodes if node.status is NodeStatus.FAILED]
    if not run.has_failed or not failed:
        return {}
    first = min(failed, key=lambda node: (node.end_ns is None, node.end_ns or 0))
    return {first.node_id: 1.0}


def _cost_parts(run: WholeRun) -> dict[str, float]:
    found: dict[str, float] = {}
    for node in run.nodes:
        if node.cost_usd:
            found[node.node_id] = found.get(node.node_id, 0.0) + float(node.cost_usd)
    return found


_PARTS: dict[DegradedMetric, Callable[[WholeRun], dict[str, float]]] = {
    DegradedMetric.RUN_TIME_P50: _critical_parts,
    DegradedMetric.RUN_TIME_P95: _critical_parts,
    DegradedMetric.ERROR_RATE: _failed_parts,
    DegradedMetric.COST: _cost_parts,
}
