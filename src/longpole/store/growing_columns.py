"""Columns that are filled from the front: many small pieces become a few large arrays without standing in memory twice.

Pieces that are joined at the end take twice the memory, and leave holes in it.

Upstream: `advice_reads`.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

_GROWTH = 1.5


class GrowingColumns:
    """Arrays of one length by name, of the types given; there is room for `expected` values, and for more.

    Room that is not used takes no memory: the system gives it when it is first written to.
    """

    def __init__(self, types: Mapping[str, type[np.generic]], expected: int = 0) -> None:
        self._arrays: dict[str, NDArray[Any]] = {
            name: np.empty(max(expected, 1), dtype=kind) for name, kind in types.items()
        }
        self._room = max(expected, 1)
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def add(self, **columns: NDArray[Any]) -> None:
        """A value more in each column, or many; of each the same number."""
        (added,) = {len(column) for column in columns.values()}
        begin, end = self._length, self._length + added
        if end > self._room:
            self._room = max(end, int(self._room * _GROWTH))
            for name, array in self._arrays.items():
                grown = np.empty(self._room, dtype=array.dtype)
                grown[:begin] = array[:begin]
                self._arrays[name] = grown
        for name, array in self._arrays.items():
            array[begin:end] = columns[name]
        self._length = end

    def columns(self) -> dict[str, NDArray[Any]]:
        """What was added."""
        return {name: array[: self._length] for name, array in self._arrays.items()}
