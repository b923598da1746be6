"""What the runs came to that were removed while more of their time may still change.

    a cell, computed anew  =  the raw rows that are there  +  what removed ones came to

So figures stay exact when runs of the last minutes have to go for want of
space: cells merge without loss. They are kept per 5-minute unit until the raw
horizon passes them.

Upstream: `services.retention_budget` adds, `rollup_cells` reads. Downstream: `tables.rollups`.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from sqlalchemy import Connection, and_, delete, select

from longpole.analysis.rollup import Cells, joined, merge
from longpole.analysis.rollup_cells import START, cells_of
from longpole.store import cell_reads, cell_writes
from longpole.store.cell_reads import Span
from longpole.store.dirty_marks import UNIT_SECONDS
from longpole.store.rollup_horizons import SECONDS, Horizons, Place, Tier, horizons
from longpole.store.rollup_raw import raw_rows
from longpole.store.tables import node_cells, run_cells

REMOVED = 3
"""In the place of a tier: what removed runs of a unit came to."""

Parts = tuple[Cells, Cells]
"""Cells of runs, and cells of their nodes."""


def removed_cells(connection: Connection, places: Iterable[Place], now: Horizons) -> Parts:
    """What removed runs of some cells came to, under the keys of those cells."""
    kept = select(run_cells.c.workflow_key).where(run_cells.c.tier == REMOVED).distinct()
    lost_some = set(connection.scalars(kept))  # mostly nobody, and then there is nothing to ask for
    spans = [
        Span(REMOVED, [key], start, start + SECONDS[Tier(tier)]) for tier, key, start in places if key in lost_some
    ]
    of_runs = cell_reads.cells_of_runs(connection, spans)
    of_nodes = cell_reads.cells_of_nodes(connection, spans)
    return _placed(of_runs, now), _placed(of_nodes, now)


def _placed(cells: Cells, now: Horizons) -> Cells:
    keys = cells.keys.copy()
    keys[:, 0], keys[:, START] = now.places(keys[:, START])
    return Cells(keys, cells.numbers, cells.sketches)


def cells_to_keep(connection: Connection, run_keys: Sequence[int]) -> Parts:
    """What runs come to that are about to be removed; nothing of those whose cells are frozen anyway."""
    now = horizons(connection)
    raw = raw_rows(connection, run_keys, Horizons(formulas=now.formulas))
    of_runs, of_nodes = cells_of(raw.runs, raw.nodes)
    return _kept(of_runs, now.raw), _kept(of_nodes, now.raw)


def _kept(cells: Cells, frozen_before: int) -> Cells:
    keys = cells.keys.copy()
    keys[:, 0] = REMOVED
    return Cells(keys, cells.numbers, cells.sketches).where(np.flatnonzero(keys[:, START] >= frozen_before))


def with_earlier(connection: Connection, parts: Parts) -> Parts:
    """Cells to keep, together with what earlier removed runs of the same units came to."""
    spans = [Span(REMOVED, [key], start, start + UNIT_SECONDS) for _, key, start in _places(parts)]
    earlier = cell_reads.cells_of_runs(connection, spans), cell_reads.cells_of_nodes(connection, spans)
    of_runs, of_nodes = (joined(both) for both in zip(parts, earlier, strict=True))
    return merge(of_runs, of_runs.keys), merge(of_nodes, of_nodes.keys)


def put(connection: Connection, parts: Parts) -> None:
    """Put cells in the place of those of the same units; the transaction that removes their runs does it."""
    cell_writes.replace_cells(connection, _places(parts), *parts)


def _places(parts: Parts) -> list[Place]:
    rows: list[list[int]] = np.unique(parts[0].keys[:, : START + 1], axis=0).tolist()
    return [(tier, workflow_key, start) for tier, workflow_key, start in rows]


def forget(connection: Connection, before: int, limit: int) -> int:
    """Delete what is kept of some units that are frozen by now; how many units."""
    old = (run_cells.c.tier == REMOVED) & (run_cells.c.cell_start < before)
    units = select(run_cells.c.workflow_key, run_cells.c.cell_start).where(old).distinct()
    found = connection.execute(units.limit(limit)).all()
    for table in (node_cells, run_cells):
        for workflow_key, start in found:
            unit = and_(table.c.tier == REMOVED, table.c.workflow_key == workflow_key, table.c.cell_start == start)
            connection.execute(delete(table).where(unit))
    return len(found)
