"""Numbers of users' own in cells: a sketch per metric, side of 0 and size.

    -9e12 …… -1 ……… 0 ……… 1 …… 9e12
      -:name │ -~:name │ ~:name │ :name      with the kind before it: metric-~:quality
      1e-6   │ 1e-12   │ 1e-12  │ 1e-6       what an integer of the sketch stands for

A sketch holds integers of 0 or more; so what is below 0 is kept by its
magnitude, and what is small by a finer unit. A metric mostly has one of the
four. Numbers of 9.2e12 and more are left out.

Invariant: as of all sketches, whichever way cells are merged they come to the
same; at most so many sent names stay in a cell, the first by name, whether it
is limited before it is merged or afterwards.

Upstream: `rollup_cells`, `services.rollup_limits`, `store.rollup_cells`.
Downstream: `rollup`; `metric_figures` reads what is written here.
"""

from typing import Final

import numpy as np

from longpole.analysis.rollup import Cells, Sketches, roll_up
from longpole.analysis.rollup_rows import Floats, Measured
from longpole.analysis.sketch import Ints
from longpole.domain.metrics import MOST_NAMES

FIELD, FORMULA, OF_RUNS, OF_NODES = "field", "formula", "metric", "node_metric"
"""Kinds: what formulas need and nobody else, results of formulas, numbers sent with runs, with node executions."""

RANGES: Final = {"-": (-1, 1_000_000), "-~": (-1, 10**12), "~": (1, 10**12), "": (1, 1_000_000)}
"""In order of their values: what stands behind the kind, the sign, and how many of a sketch's units make 1."""

_NAMES = tuple(RANGES)
_BELOW = 9.2e12
_SENT = frozenset({OF_RUNS, OF_NODES})


def is_custom(sketch_name: str) -> bool:
    """Whether a cell's sketch is one of a user's metric."""
    return ":" in sketch_name


def told_apart(sketch_name: str) -> tuple[str, str, str]:
    """Kind, range and name of a user's metric."""
    kind, _, name = sketch_name.partition(":")
    bare = kind.rstrip("-~")
    return bare, kind[len(bare) :], name


def metric_sketches(measured: Measured | None, keys_of_rows: Ints, keys: Ints) -> dict[str, Sketches]:
    """What rows measured, as sketches of the cells of some keys.

    Args:
        measured: What the rows measured.
        keys_of_rows: The cell that each row belongs to.
        keys: Cells, each once; every row's is among them.
    """
    if measured is None:
        return {}
    ranges, scaled = _scaled(measured.values)
    kept = scaled >= 0
    metric = measured.index * len(RANGES) + ranges
    made = roll_up(np.column_stack([keys_of_rows[measured.place], metric])[kept], {}, {"value": scaled[kept]})
    place_of = {tuple(key): place for place, key in enumerate(keys.tolist())}
    found: dict[str, list[bytes | None]] = {}
    limit = _Limit()
    for (*key, number), packed in zip(made.keys.tolist(), made.sketches["value"], strict=True):
        kind, name = measured.names[number // len(RANGES)]
        place = place_of[tuple(key)]
        if kind != FIELD and (kind == FORMULA or limit.has_room(place, name)):
            full = f"{kind}{_NAMES[number % len(RANGES)]}:{name}"
            found.setdefault(full, [None] * len(keys))[place] = packed
    return {**found}


class _Limit:
    """Lets the first names of each cell by, which come in their order, cell after cell."""

    def __init__(self) -> None:
        self.cell, self.name, self.names = -1, "", 0

    def has_room(self, cell: int, name: str) -> bool:
        if cell != self.cell:
            self.cell, self.name, self.names = cell, "", 0
        if name != self.name:
            self.name, self.names = name, self.names + 1
        return self.names <= MOST_NAMES


def _scaled(values: Floats) -> tuple[Ints, Ints]:
    """The range of each number, as its place among `RANGES`, and the integer that is kept; -1: none is."""
    magnitudes = np.abs(values)
    is_large = magnitudes >= 1
    known = magnitudes < _BELOW
    units = np.where(is_large, 1e6, 1e12)
    scaled = np.rint(np.where(known, magnitudes, 0) * units).astype(np.int64)
    is_negative = (values < 0) & (scaled > 0)
    ranges = np.where(is_negative, np.where(is_large, 0, 1), np.where(is_large, 3, 2)).astype(np.int64)
    return ranges, np.where(known, scaled, -1)


def limited(cells: Cells, most: int) -> tuple[Cells, int]:
    """Cells with at most so many sent names each, the first by name; how many the fullest cell had besides."""
    of_name: dict[str, list[str]] = {}
    for sketch_name in filter(is_custom, cells.sketches):
        kind, _, name = told_apart(sketch_name)
        if kind in _SENT:
            of_name.setdefault(name, []).append(sketch_name)
    if len(of_name) <= most:
        return cells, 0
    counts = np.zeros(len(cells), np.int64)
    sketches = dict(cells.sketches)
    for name in sorted(of_name):
        columns = [sketches.pop(each) for each in of_name[name]]
        counts += np.array([any(packed is not None for packed in row) for row in zip(*columns, strict=True)], np.int64)
        fits = (counts <= most).tolist()
        for sketch_name, column in zip(of_name[name], columns, strict=True):
            kept = [packed if fit else None for packed, fit in zip(column, fits, strict=True)]
            if any(packed is not None for packed in kept):
                sketches[sketch_name] = kept
    return Cells(cells.keys, cells.numbers, sketches), max(int(counts.max(initial=0)) - most, 0)
