"""Cells of stretches of time, as they stand in their tables.

Upstream: `rollup_cells`, `period_cells`, `services.rollups`. Downstream: `tables.rollups`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, or_

from longpole.analysis.rollup import Cells
from longpole.store.cell_columns import (
    NODE_BLOBS,
    NODE_NUMBERS,
    RUN_BLOBS,
    RUN_NUMBERS,
    cells_from,
    selected,
    sketches_of,
)
from longpole.store.tables import node_cells, run_cells

_SPANS_PER_QUERY = 100


@dataclass(frozen=True, slots=True)
class Span:
    """Cells of one tier, of some workflows, that begin from one instant up to another (None: however late)."""

    tier: int
    workflow_keys: Sequence[int]
    start: int
    end: int | None


@dataclass(frozen=True, slots=True)
class Names:
    """Which numbers and which columns of sketches are read."""

    numbers: tuple[str, ...]
    blobs: tuple[str, ...] = ()

    def of(self, cells: Cells) -> Cells:
        """The same of cells that have everything."""
        sketches = {name: cells.sketches[name] for name in sketches_of(self.blobs, cells.keys.shape[1])}
        return Cells(cells.keys, {name: cells.numbers[name] for name in self.numbers}, sketches)


ALL_OF_RUNS, ALL_OF_NODES = Names(RUN_NUMBERS, RUN_BLOBS), Names(NODE_NUMBERS, NODE_BLOBS)


def cells_of_runs(connection: Connection, spans: Sequence[Span], names: Names = ALL_OF_RUNS) -> Cells:
    """Cells of runs, with some of their numbers and sketches."""
    return _read(connection, run_cells, spans, names)


def cells_of_nodes(
    connection: Connection, spans: Sequence[Span], names: Names = ALL_OF_NODES, model_key: int | None = None
) -> Cells:
    """Cells of nodes; of those with one model key only, if one is given."""
    condition = None if model_key is None else node_cells.c.model_key == model_key
    return _read(connection, node_cells, spans, names, condition)


def _read(
    connection: Connection,
    table: Table,
    spans: Sequence[Span],
    names: Names,
    condition: ColumnElement[bool] | None = None,
) -> Cells:
    query = selected(table, names.numbers, names.blobs, connection.dialect.name)
    if condition is not None:
        query = query.where(condition)
    rows: list[Any] = []
    for begin in range(0, len(spans), _SPANS_PER_QUERY):
        wanted = or_(*(_within(table, span) for span in spans[begin : begin + _SPANS_PER_QUERY]))
        rows += connection.execute(query.where(wanted)).all()
    return cells_from(table, names.numbers, names.blobs, rows)


def _within(table: Table, span: Span) -> ColumnElement[bool]:
    keys = span.workflow_keys
    of_workflows = table.c.workflow_key == keys[0] if len(keys) == 1 else table.c.workflow_key.in_(keys)
    condition = and_(table.c.tier == span.tier, of_workflows, table.c.cell_start >= span.start)
    return condition if span.end is None else and_(condition, table.c.cell_start < span.end)
