"""Cells: what many rows come to, which cells come to again, to the same numbers whichever way it went.

    rows ─ roll_up ─► 5-minute cells ─ merge ─► hour cells ─ merge ─► day cells
      └──────────────────── roll_up ───────────────────────────────────►  the same

A cell has a key, exact sums (and a few maxima), and per distribution a packed
sketch. Everything that is added is an integer of 0 or more; a sum that would
leave 63 bits stays at the largest one, whatever the order.

Invariant: the cells of a union are the merged cells of its parts, byte by byte;
the order of rows and of cells makes no difference.

Upstream: `rollup_runs`, `rollup_nodes`, `store.cell_reads`. Downstream: `store.cell_writes`, `rollup_figures`.
Source: the design's §3 and `sketch`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from longpole.analysis.sketch import Ints
from longpole.analysis.sketch_groups import merge_groups, pack_groups

MAX = (1 << 63) - 1
UNKNOWN = -1

GREATEST = frozenset({"memory_max_bytes"})
"""Numbers of which a cell keeps the largest; of all others it keeps the sum."""

Sketches = Sequence[bytes | None]


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Cells, a place in every column per cell, in order of their keys.

    Attributes:
        keys: int64 of shape (cells, parts of a key).
        numbers: By name, int64 of shape (cells,); -1 where nothing is known.
        sketches: By name, packed sketches; None where nothing is known.
    """

    keys: Ints
    numbers: Mapping[str, Ints]
    sketches: Mapping[str, Sketches]

    def __len__(self) -> int:
        return len(self.keys)

    def where(self, chosen: Ints) -> "Cells":
        """The cells at some places."""
        places = chosen.tolist()
        return Cells(
            self.keys[chosen],
            {name: values[chosen] for name, values in self.numbers.items()},
            {name: [values[place] for place in places] for name, values in self.sketches.items()},
        )


def roll_up(keys: Ints, numbers: Mapping[str, Ints], distributions: Mapping[str, Ints]) -> Cells:
    """The cells of rows. O(n log n).

    Args:
        keys: The cell that each row belongs to, int64 of shape (rows, parts of a key).
        numbers: What is summed, by name, a number of 0 or more per row; -1 where it is unknown.
        distributions: What becomes a sketch, likewise.
    """
    groups = _Groups(keys)
    return Cells(
        groups.keys,
        {name: groups.number(name, values) for name, values in numbers.items()},
        {name: groups.packed(values) for name, values in distributions.items()},
    )


def merge(cells: Cells, keys: Ints) -> Cells:
    """The cells that cells come to, each of them belonging to the one that `keys` names at its place."""
    groups = _Groups(keys)
    return Cells(
        groups.keys,
        {name: groups.number(name, values) for name, values in cells.numbers.items()},
        {name: groups.merged(values) for name, values in cells.sketches.items()},
    )


def joined(parts: Iterable[Cells]) -> Cells:
    """Cells of the same numbers one after the other; several may have one key: `merge` makes them one.

    What only some of the parts have a sketch of, the others know nothing of.

    Raises:
        ValueError: There is no part.
    """
    every = list(parts)
    if len(every) == 1:
        return every[0]
    first = every[0]
    return Cells(
        np.concatenate([part.keys for part in every]),
        {name: np.concatenate([part.numbers[name] for part in every]) for name in first.numbers},
        {name: _chained(every, name) for name in dict.fromkeys(name for part in every for name in part.sketches)},
    )


def _chained(parts: Sequence[Cells], name: str) -> Sketches:
    found: list[bytes | None] = []
    for part in parts:
        found += part.sketches[name] if name in part.sketches else [None] * len(part)
    return found


class _Groups:
    """Which places belong together: those of equal keys."""

    def __init__(self, keys: Ints) -> None:
        self.order = np.lexsort(keys.T[::-1])
        ordered = keys[self.order]
        changes = np.any(ordered[1:] != ordered[:-1], axis=1)
        self.starts = np.flatnonzero(np.concatenate([[True], changes])) if len(keys) else np.empty(0, np.int64)
        self.keys = ordered[self.starts]

    def number(self, name: str, values: Ints) -> Ints:
        """Each group's sum, or maximum, of what is known."""
        if not self.starts.size:
            return np.empty(0, np.int64)
        ordered = values[self.order]
        if name in GREATEST:
            return np.maximum.reduceat(ordered, self.starts)
        known = ordered >= 0
        if known.all():
            return sums(ordered, self.starts)
        summed = sums(np.where(known, ordered, 0), self.starts)
        return np.where(np.logical_or.reduceat(known, self.starts), summed, UNKNOWN)

    def packed(self, values: Ints) -> Sketches:
        """Each group's sketch of its values."""
        return pack_groups(values[self.order], self.starts) if self.starts.size else []

    def merged(self, packed: Sketches) -> Sketches:
        """Each group's sketch of its sketches."""
        return merge_groups([packed[place] for place in self.order.tolist()], self.starts)


def sums(values: Ints, starts: Ints) -> Ints:
    """The sum of each group of neighbouring numbers of 0 or more; groups begin at `starts`, and none is empty."""
    if int(values.max()) <= MAX // values.size:
        return np.add.reduceat(values, starts)
    exact = values.tolist()
    bounds = pairwise([*starts.tolist(), len(exact)])
    return np.array([min(sum(exact[begin:end]), MAX) for begin, end in bounds], dtype=np.int64)


def folded(cells: Cells, part: int, most: int, other: int) -> Cells:
    """At most `most` different values in one part of the keys per cell of the others before it; the rest are `other`.

    Which values stay depends on nothing but themselves: the smallest ones. So
    folding merged cells and merging folded ones come to the same.

        a │ 3 │ …          a │ 3     │ …
        a │ 7 │ …   most=2 a │ 7     │ …
        a │ 8 │ …     ─►   a │ other │ … (8 and 9)
        a │ 9 │ …

    Args:
        cells: In order of their keys.
        part: Which part of the keys; cells are told apart by the parts before it.
        most: How many values stay.
        other: In the place of the rest; it is never one of those that stay.
    """
    if not len(cells):
        return cells
    keys = cells.keys
    around = np.any(keys[1:, :part] != keys[:-1, :part], axis=1) if part else np.zeros(len(keys) - 1, np.bool_)
    is_new = np.concatenate([[True], around | (keys[1:, part] != keys[:-1, part])])
    is_first = np.concatenate([[True], around])
    counted = np.cumsum(is_new & (keys[:, part] != other))
    before = np.where(is_first, counted - (is_new & (keys[:, part] != other)), 0)
    rank = counted - np.maximum.accumulate(before)
    beyond = (rank > most) & (keys[:, part] != other)
    if not beyond.any():
        return cells
    keys = keys.copy()
    keys[beyond, part] = other
    return merge(cells, keys)
