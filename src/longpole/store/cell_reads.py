"""Cells of stretches of time, as they stand in their tables.

Upstream: `rollup_cells`, `period_cells`, `services.rollups`. Downstream: `tables.rollups`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, Table, bindparam

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
from longpole.store.quick_reads import plain
from longpole.store.tables import node_cells, run_cells


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
        sketches = {name: cells.sketches[name] for name in sketches_of(self.blobs, cells)}
        return Cells(cells.keys, {name: cells.numbers[name] for name in self.numbers}, sketches)


ALL_OF_RUNS, ALL_OF_NODES = Names(RUN_NUMBERS, RUN_BLOBS), Names(NODE_NUMBERS, NODE_BLOBS)


def cells_of_runs(connection: Connection, spans: Sequence[Span], names: Names = ALL_OF_RUNS) -> Cells:
    """Cells of runs, with some of their numbers and sketches."""
    return _read(connection, run_cells, spans, names)


def cells_of_nodes(
    connection: Connection, spans: Sequence[Span], names: Names = ALL_OF_NODES, model_key: int | None = None
) -> Cells:
    """Cells of nodes; of those with one model key only, if one is given."""
    return _read(connection, node_cells, spans, names, model_key)


def _read(
    connection: Connection, table: Table, spans: Sequence[Span], names: Names, model_key: int | None = None
) -> Cells:
    rows: list[Any] = []
    for span in spans:
        query = _query(table, names, connection.dialect.name, span.end is not None, model_key is not None)
        asked: dict[str, Any] = {"tier": span.tier, "keys": list(span.workflow_keys), "start": span.start}
        if span.end is not None:
            asked["end"] = span.end
        if model_key is not None:
            asked["model"] = model_key
        rows += plain(connection, connection.execute(query, asked))
    return cells_from(table, names.numbers, names.blobs, rows)


@lru_cache
def _query(table: Table, names: Names, dialect: str, has_end: bool, of_model: bool) -> Select[Any]:  # noqa: FBT001
    """Made once and asked often: to make it takes longer than to ask it."""
    query = selected(table, names.numbers, names.blobs, dialect).where(
        table.c.tier == bindparam("tier"),
        table.c.workflow_key.in_(bindparam("keys", expanding=True)),
        table.c.cell_start >= bindparam("start"),
    )
    if has_end:
        query = query.where(table.c.cell_start < bindparam("end"))
    return query.where(table.c.model_key == bindparam("model")) if of_model else query
