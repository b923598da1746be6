"""Which line each cell of a stretch is a part of: the workflow as a whole, or a version, node, type or model of it.

Upstream: `trend_series`. Downstream: `store.period_cells`, `cell_scope`.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection

from longpole.analysis.rollup import Cells
from longpole.analysis.rollup_cells import MODEL, NODE_SKETCHES, VERSION_OF_NODE, VERSION_OF_RUN
from longpole.analysis.sketch import Ints
from longpole.analysis.trend_series import NODE_NUMBERS, RUN_NUMBERS, is_custom
from longpole.analysis.trend_series import NODE_SKETCHES as METRIC_SKETCHES
from longpole.domain.trends import By, TrendLine
from longpole.services.cell_scope import known_nodes, of_version
from longpole.services.rollup_limits import limited
from longpole.store.cell_reads import Names
from longpole.store.cell_writes import OTHER_VERSION
from longpole.store.dimension_reads import ModelName, model_names, version_names
from longpole.store.node_reads import NodeDimension
from longpole.store.period_cells import Cover, model_cells_of, node_cells_of, raw_cells, run_cells_of
from longpole.store.workflow_scope import WorkflowScope

_NO_SKETCH = frozenset({"run_count", "error_rate", "memory_peak"})
_WITHOUT_NODES = _NO_SKETCH | {"run_time"}
"""What raw runs tell without their node executions."""


@dataclass(frozen=True, slots=True)
class LinedCells:
    """Cells, and the number of the line that each is a part of."""

    cells: Cells
    lines: list[TrendLine]
    of_cell: Ints


def lined_cells(connection: Connection, scope: WorkflowScope, found: Cover, metric: str, by: By | None) -> LinedCells:
    """The cells that a metric is made of, by line."""
    if by is None or by is By.VERSION:
        return _of_runs(connection, scope, found, metric, by)
    return (
        _of_models(connection, scope, found, metric)
        if by is By.MODEL
        else _of_nodes(connection, scope, found, metric, by)
    )


def _of_runs(connection: Connection, scope: WorkflowScope, found: Cover, metric: str, by: By | None) -> LinedCells:
    blobs = () if metric in _NO_SKETCH else ("time_sketch",) if metric == "run_time" else ("sketches",)
    made = None if by is None and metric in _WITHOUT_NODES else raw_cells(connection, found)
    cells = run_cells_of(connection, found, Names(RUN_NUMBERS.get(metric, ()), blobs), made)
    cells = of_version(cells, VERSION_OF_RUN, scope)
    if by is None:
        return LinedCells(cells, [TrendLine(None)], np.zeros(len(cells), np.int64))
    keys, of_cell = np.unique(cells.keys[:, VERSION_OF_RUN], return_inverse=True)
    names = version_names(connection, keys.tolist())
    if made is not None:
        names |= made.versions
    names.setdefault(OTHER_VERSION, "other")
    return LinedCells(cells, [TrendLine(names.get(key)) for key in keys.tolist()], of_cell.reshape(-1))


def _of_nodes(connection: Connection, scope: WorkflowScope, found: Cover, metric: str, by: By) -> LinedCells:
    made = limited(raw_cells(connection, found))
    cells = of_version(node_cells_of(connection, found, _of_metric(metric), made), VERSION_OF_NODE, scope)
    nodes = known_nodes(connection, cells, _identity(by))
    if by is By.NODE_TYPE:
        return LinedCells(cells, [TrendLine(node.node_type) for node in nodes.dimensions], nodes.of_cell)
    lines = [
        TrendLine(node.node_id, node.node_title, node.node_type, node.enclosing_node_id) for node in nodes.dimensions
    ]
    return LinedCells(cells, lines, nodes.of_cell)


def _identity(by: By) -> Callable[[NodeDimension], Hashable]:
    if by is By.NODE_TYPE:
        return lambda node: node.node_type
    return lambda node: (node.node_type, node.enclosing_node_id, node.node_id)


def _of_models(connection: Connection, scope: WorkflowScope, found: Cover, metric: str) -> LinedCells:
    made = limited(raw_cells(connection, found))
    cells = of_version(model_cells_of(connection, found, _of_metric(metric), made), VERSION_OF_NODE, scope)
    keys, of_cell = np.unique(cells.keys[:, MODEL], return_inverse=True)
    known = model_names(connection, keys.tolist())
    names = [known.get(key, ModelName(None, None)) for key in keys.tolist()]
    each = sorted(set(names), key=lambda name: (name.model or "", name.provider or ""))
    places = {name: place for place, name in enumerate(each)}
    of_key = np.array([places[name] for name in names], dtype=np.int64)
    return LinedCells(cells, [TrendLine(name.model, name.provider) for name in each], of_key[of_cell.reshape(-1)])


def _of_metric(metric: str) -> Names:
    if is_custom(metric):
        return Names((), ("sketches",))
    sketch = METRIC_SKETCHES.get(metric)
    blobs = {name: f"{name}_sketch" for name in NODE_SKETCHES}
    return Names(NODE_NUMBERS[metric], () if sketch is None else (blobs[sketch],))
