"""Cells as rows of their tables, and back: numbers in columns, sketches in blobs, money in the database's own way.

Upstream: `cell_writes`, `cell_reads`. Downstream: `tables.rollups`, `analysis.rollup`.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np
from sqlalchemy import ColumnElement, Select, Table, func, select

from longpole.analysis.metric_cells import is_custom
from longpole.analysis.rollup import UNKNOWN, Cells, Sketches
from longpole.analysis.rollup_cells import RUN_SKETCHES
from longpole.analysis.sketch import Ints
from longpole.domain.units import usd
from longpole.store.columns import pico_dollars
from longpole.store.tables import node_cells, run_cells

_SKETCH_COLUMNS = {"time_sketch", "critical_sketch", "sketches"}
_NAMES = {"time_sketch": {4: "run_time", 6: "time"}, "critical_sketch": {6: "critical"}}
_WIDTH_OF_RUNS = 4
_FURTHER = tuple(name for name in RUN_SKETCHES if name != "run_time")
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(dict[str, bytes]).decode


def numbers_of(table: Table) -> tuple[str, ...]:
    """The names of a table's numbers."""
    return tuple(c.name for c in table.columns if not c.primary_key and c.name not in _SKETCH_COLUMNS)


def sketches_of(blobs: Iterable[str], cells: Cells) -> list[str]:
    """The names of the sketches of some cells that columns hold."""
    width = cells.keys.shape[1]
    found: list[str] = []
    for name in blobs:
        found += _mapped(cells) if name == "sketches" else [_NAMES[name][width]]
    return found


def _mapped(cells: Cells) -> list[str]:
    """The names of the sketches that one column holds all together: always in the same order."""
    own = _FURTHER if cells.keys.shape[1] == _WIDTH_OF_RUNS else ()
    return [*own, *sorted(filter(is_custom, cells.sketches))]


def rows_of(table: Table, cells: Cells, dialect: str) -> list[tuple[Any, ...]]:
    """Cells as rows, in the order of the table's columns."""
    keys = cells.keys.T.tolist()
    columns: list[Iterable[Any]] = list(keys)
    for column in list(table.columns)[len(keys) :]:
        if column.name == "sketches":
            columns.append(_maps(cells, is_nullable=bool(column.nullable)))
        elif column.name in _SKETCH_COLUMNS:
            sketches = cells.sketches[_NAMES[column.name][len(keys)]]
            columns.append(sketches if column.nullable else [packed or b"" for packed in sketches])
        else:
            columns.append(
                _numbers(cells.numbers[column.name], column.name, dialect, is_nullable=bool(column.nullable))
            )
    return list(zip(*columns, strict=True))


def _maps(cells: Cells, *, is_nullable: bool) -> Iterable[bytes | None]:
    columns = [(name, cells.sketches[name]) for name in _mapped(cells)]
    if not columns:
        return [None] * len(cells)
    maps = [
        {name: packed for name, column in columns if (packed := column[place]) is not None}
        for place in range(len(cells))
    ]
    return [_encode(each) if each or not is_nullable else None for each in maps]


def _numbers(values: Ints, name: str, dialect: str, *, is_nullable: bool) -> list[Any]:
    exact = values.tolist()
    if name == "cost_usd" and dialect != "sqlite":
        return [None if value < 0 else usd(Decimal(value).scaleb(-12)) for value in exact]
    return [value if value >= 0 else None if is_nullable else 0 for value in exact]


@lru_cache
def selected(table: Table, numbers: tuple[str, ...], blobs: tuple[str, ...], dialect: str) -> Select[Any]:
    """What `cells_from` needs of a table: its key, numbers by name, blobs by the names of their columns."""
    return select(
        *table.primary_key.columns,
        *(_number(table, name, dialect) for name in numbers),
        *(table.c[name] for name in blobs),
    )


def _number(table: Table, name: str, dialect: str) -> ColumnElement[Any]:
    column = table.c[name]
    return func.coalesce(pico_dollars(column, dialect) if name == "cost_usd" else column, UNKNOWN)


def cells_from(table: Table, numbers: Sequence[str], blobs: Sequence[str], rows: Sequence[Any]) -> Cells:
    """The cells that selected rows hold, in the order of the rows."""
    width = len(table.primary_key.columns)
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True)) or [()] * (width + len(numbers) + len(blobs))
    sketches: dict[str, Sketches] = {}
    for name, column in zip(blobs, columns[width + len(numbers) :], strict=True):
        if name == "sketches":
            maps = [_decode(packed) if packed else {} for packed in column]
            own = _FURTHER if width == _WIDTH_OF_RUNS else ()
            names = [*own, *sorted(set().union(*maps).difference(own))]
            sketches |= {metric: [found.get(metric) for found in maps] for metric in names}
        else:
            sketches[_NAMES[name][width]] = [bytes(packed) if packed else None for packed in column]
    return Cells(
        np.array(columns[:width], dtype=np.int64).T.reshape(-1, width),
        {name: _ints(column) for name, column in zip(numbers, columns[width:], strict=False)},
        sketches,
    )


def _ints(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64)


RUN_NUMBERS, NODE_NUMBERS = numbers_of(run_cells), numbers_of(node_cells)
RUN_BLOBS, NODE_BLOBS = ("time_sketch", "sketches"), ("time_sketch", "critical_sketch", "sketches")
