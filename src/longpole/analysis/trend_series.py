"""The figures of one metric in many periods at once, from the cells of runs or of nodes.

What `trend_figures` says of one cell, said of thousands in a few array
operations: a year by day for fifteen nodes is 5,475 cells.

Invariant: of a cell of runs it says what `trend_figures` says; of a metric of
which a cell knows nothing it says None.

Upstream: `services.trend_series`. Downstream: `sketch_groups`, `trend_figures`.
Source: the contract's metric types.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from longpole.analysis.rollup import Cells
from longpole.analysis.sketch_groups import spreads
from longpole.analysis.sketch_stacks import Spreads
from longpole.analysis.trend_figures import TIMES, UNITS
from longpole.domain.trends import UNITS as ALL
from longpole.domain.trends import Figures

Floats = NDArray[np.float64]

RUN_NUMBERS: Final[Mapping[str, tuple[str, ...]]] = {
    "run_count": ("run_count",),
    "error_rate": ("run_count", "failed"),
    "cost": ("cost_usd",),
    "cache_hit_rate": ("cache_rate_nodes", "cache_known_nodes"),
    "memory_peak": ("memory_bytes", "memory_known", "memory_max_bytes"),
}
"""Which numbers of the cells of runs a metric is made of; all others are made of their sketch alone."""

NODE_NUMBERS: Final[Mapping[str, tuple[str, ...]]] = {
    "node_time": (),
    "critical_time": (),
    "tokens_input": ("input_tokens", "executions"),
    "tokens_output": ("output_tokens", "executions"),
    "tokens_cache_read": ("cache_read_tokens", "executions"),
    "tokens_reasoning": ("reasoning_tokens", "executions"),
    "cost": ("cost_usd", "cost_known"),
    "error_rate": ("failed", "succeeded"),
    "retries": ("retries", "executions"),
    "cache_hit_rate": ("cache_hits", "cache_known"),
    "node_count": ("executions",),
    "memory_peak": ("memory_bytes", "memory_known", "memory_max_bytes"),
}
"""The same of the cells of nodes."""

NODE_SKETCHES: Final[Mapping[str, str]] = {"node_time": "time", "critical_time": "critical"}
"""The metrics that cells of nodes have a sketch of, and its name."""

_PERCENT = 100.0


def is_custom(metric: str) -> bool:
    """Whether a metric is none of ours, but a user's."""
    return metric not in ALL


def run_figures(metric: str, cells: Cells) -> Sequence[Figures | None]:
    """What a metric comes to in each cell of runs."""
    if metric not in UNITS:
        columns = _columns(cells, RUN_NUMBERS[metric])
        return [_of_numbers(metric, numbers) for numbers in columns]
    spread = spreads(cells.sketches[metric])
    headline = spread.quantiles[0] if metric in TIMES else spread.totals
    if metric in RUN_NUMBERS:
        numbers = [np.maximum(cells.numbers[name][spread.places], 0) for name in RUN_NUMBERS[metric]]
        headline = numbers[0] if metric == "cost" else numbers[0] / numbers[1]
    return _spread(spread, headline, UNITS[metric], len(cells))


def _of_numbers(metric: str, numbers: tuple[int, ...]) -> Figures | None:
    if metric == "memory_peak":
        return _memory(*numbers)
    if metric == "run_count":
        return Figures(float(numbers[0]), numbers[0]) if numbers[0] > 0 else None
    runs, failed = numbers
    return _rate(failed, runs)


def node_figures(metric: str, cells: Cells) -> Sequence[Figures | None]:
    """What a metric comes to in each cell of nodes, types or models."""
    if metric in NODE_SKETCHES:
        spread = spreads(cells.sketches[NODE_SKETCHES[metric]])
        return _spread(spread, spread.quantiles[0], UNITS[metric], len(cells))
    columns = _columns(cells, NODE_NUMBERS[metric])
    if metric == "node_count":
        return [Figures(float(executions), executions) for (executions,) in columns]
    if metric == "memory_peak":
        return [_memory(*numbers) for numbers in columns]
    if metric == "error_rate":
        return [_rate(failed, failed + succeeded) for failed, succeeded in columns]
    if metric == "cache_hit_rate":
        return [_rate(hits, known, _PERCENT) for hits, known in columns]
    unit = UNITS[metric]
    has_mean = not metric.startswith("tokens")  # of how many executions the tokens are known is not kept
    return [_sum(total / unit, count, has_mean=has_mean) if total >= 0 else None for total, count in columns]


def _columns(cells: Cells, names: Sequence[str]) -> Iterator[tuple[int, ...]]:
    return zip(*(cells.numbers[name].tolist() for name in names), strict=True)


def _spread(spread: Spreads, headline: Floats, unit: float, cells: int) -> Sequence[Figures | None]:
    """Figures in the metric's unit, in the place of each cell that has any."""
    found: list[Figures | None] = [None] * cells
    measures = np.vstack(
        [
            headline,
            spread.totals / np.maximum(spread.counts, 1),
            spread.deviations,
            spread.least,
            spread.greatest,
            spread.quantiles,
        ]
    )
    value, *rest = (measures / unit).tolist() if spread.places.size else [[]] * 8
    rows = map(Figures, value, spread.counts.tolist(), *rest)
    for place, figures in zip(spread.places.tolist(), rows, strict=True):
        found[place] = figures
    return found


def _memory(total: int, known: int, greatest: int) -> Figures | None:
    return Figures(float(greatest), known, total / known, max=float(greatest)) if known > 0 else None


def _rate(part: int, whole: int, times: float = 1.0) -> Figures | None:
    return Figures(times * part / whole, whole) if whole > 0 else None


def _sum(total: float, count: int, *, has_mean: bool) -> Figures:
    return Figures(total, count, total / count if has_mean and count > 0 else None)
