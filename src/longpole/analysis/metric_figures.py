"""What a user's metric comes to: the median, beside it least, greatest, mean, deviation and percentiles.

A cell has up to four sketches of it (see `metric_cells`); their values lie side
by side, so that each order statistic is one of one of them.

    -:  ▂▄█   -~: ▁   ~: ▂▃   :  █▄▂        the 5th smallest is here ┘

A name that is sent with runs and with nodes too has the runs' figures; of a
formula they are the formula's.

Invariant: sum, mean and deviation are exact in the units of the sketches; a percentile is right to 1.1 %.

Upstream: `trend_figures`, `trend_series`. Downstream: `sketch`, `metric_cells`.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import ceil, floor, sqrt
from typing import Final

from longpole.analysis import sketch
from longpole.analysis.metric_cells import FORMULA, OF_NODES, OF_RUNS, RANGES, is_custom, told_apart
from longpole.analysis.rollup import Cells
from longpole.analysis.sketch import Sketch
from longpole.domain.trends import Figures

_FIRST_OF_ALL: Final = (FORMULA, OF_RUNS, OF_NODES)
_FINEST = 10**12

Parts = Mapping[str, bytes | None]
"""By range."""


def custom_figures(sketches: Parts) -> Iterator[tuple[str, Figures]]:
    """The users' metrics among a cell's sketches, by name, and what they come to."""
    of_name: dict[str, dict[str, dict[str, bytes | None]]] = {}
    for sketch_name, packed in sketches.items():
        if packed is not None and is_custom(sketch_name):
            kind, within, name = told_apart(sketch_name)
            of_name.setdefault(name, {}).setdefault(kind, {})[within] = packed
    for name, kinds in sorted(of_name.items()):
        figures = _figures(next(kinds[kind] for kind in _FIRST_OF_ALL if kind in kinds))
        if figures is not None:
            yield name, figures


def figures_of(name: str, cells: Cells) -> Sequence[Figures | None]:
    """What one of them comes to in each cell; None where nothing is known of it."""
    chosen = {sketch_name: column for sketch_name, column in cells.sketches.items() if _is_of(name, sketch_name)}
    return [
        next((figures for _, figures in custom_figures({each: column[place] for each, column in chosen.items()})), None)
        for place in range(len(cells))
    ]


def _is_of(name: str, sketch_name: str) -> bool:
    return is_custom(sketch_name) and told_apart(sketch_name)[2] == name


def _figures(parts: Parts) -> Figures | None:
    known = [(within, sketch.unpacked(packed)) for within in RANGES if (packed := parts.get(within)) is not None]
    spread = _Spread([(RANGES[within], each) for within, each in known if each.count])
    count = spread.count
    if not count:
        return None
    total, squares = spread.total, spread.squares
    return Figures(
        value=spread.quantile(0.5),
        n=count,
        avg=total / count / _FINEST,
        stddev=sqrt(count * squares - total * total) / count / _FINEST,
        min=spread.order_statistic(0),
        max=spread.order_statistic(count - 1),
        p50=spread.quantile(0.5),
        p95=spread.quantile(0.95),
        p99=spread.quantile(0.99),
    )


class _Spread:
    """Sketches whose values lie one behind the other, each with its sign and how many of its units make 1."""

    def __init__(self, parts: Sequence[tuple[tuple[int, int], Sketch]]) -> None:
        self.parts = parts
        self.count = sum(part.count for _, part in parts)
        self.total = sum(sign * part.total * (_FINEST // unit) for (sign, unit), part in parts)
        self.squares = sum(part.squares * (_FINEST // unit) ** 2 for (_, unit), part in parts)

    def quantile(self, q: float) -> float:
        """As `Sketch.quantile`."""
        rank = q * (self.count - 1)
        low = self.order_statistic(floor(rank))
        return low + (self.order_statistic(ceil(rank)) - low) * (rank - floor(rank))

    def order_statistic(self, rank: int) -> float:
        """The `rank`-th smallest value, from 0."""
        for (sign, unit), part in self.parts:
            if rank < part.count:
                return sign * part.order_statistic(rank if sign > 0 else part.count - 1 - rank) / unit
            rank -= part.count
        raise IndexError(rank)
