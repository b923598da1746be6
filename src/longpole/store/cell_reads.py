"""Cells of stretches of time, as they stand in their tables.

Upstream: `services.rollups`, `period_cells`. Downstream: `tables.rollups`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, or_, select

from longpole.analysis.rollup import Cells
from longpole.store.cell_columns import NODE_BLOBS, NODE_NUMBERS, RUN_BLOBS, RUN_NUMBERS, cells_from, selected
from longpole.store.tables import node_cells, run_cells

_SPANS_PER_QUERY = 100


@dataclass(frozen=True, slots=True)
class Span:
    """A workflow's cells of one tier that begin from one instant up to, not including, another (None: however late)."""

    tier: int
    workflow_key: int
    start: int
    end: int | None


def cells_of_runs(
    connection: Connection,
    spans: Sequence[Span],
    numbers: Sequence[str] = RUN_NUMBERS,
    blobs: Sequence[str] = RUN_BLOBS,
) -> Cells:
    """Cells of runs, with some of their numbers and sketches."""
    return _read(connection, run_cells, spans, (numbers, blobs))


def cells_of_nodes(
    connection: Connection,
    spans: Sequence[Span],
    numbers: Sequence[str] = NODE_NUMBERS,
    blobs: Sequence[str] = NODE_BLOBS,
    model_key: int | None = None,
) -> Cells:
    """Cells of nodes; of those with one model key only, if one is given."""
    condition = None if model_key is None else node_cells.c.model_key == model_key
    return _read(connection, node_cells, spans, (numbers, blobs), condition)


def _read(
    connection: Connection,
    table: Table,
    spans: Sequence[Span],
    names: tuple[Sequence[str], Sequence[str]],
    condition: ColumnElement[bool] | None = None,
) -> Cells:
    query = select(*selected(table, *names, connection.dialect.name))
    if condition is not None:
        query = query.where(condition)
    rows: list[Any] = []
    for begin in range(0, len(spans), _SPANS_PER_QUERY):
        wanted = or_(*(_within(table, span) for span in spans[begin : begin + _SPANS_PER_QUERY]))
        rows += connection.execute(query.where(wanted)).all()
    return cells_from(table, *names, rows)


def _within(table: Table, span: Span) -> ColumnElement[bool]:
    condition = and_(
        table.c.tier == span.tier, table.c.workflow_key == span.workflow_key, table.c.cell_start >= span.start
    )
    return condition if span.end is None else and_(condition, table.c.cell_start < span.end)
