"""Numbers of the store's units as figures of the contract's: seconds, US dollars, ratios.

Upstream: `period_figures`, `breakdown`, `runs`.
"""

import numpy as np

from longpole.analysis.distribution import Distribution, distribution
from longpole.domain.figures import MemoryFigures, TimeFigures
from longpole.domain.units import NS_PER_SECOND
from longpole.store.columns import Floats


def ratio(part: float, whole: float) -> float | None:
    """`part` of `whole`; None of nothing."""
    return float(part / whole) if whole else None


def time_figures(elapsed_ns: Floats) -> TimeFigures:
    """The distribution of times."""
    found: Distribution | None = distribution(elapsed_ns / NS_PER_SECOND)
    if found is None:
        return TimeFigures()
    return TimeFigures(found.avg, found.min, found.max, found.stddev, found.p50, found.p95, found.p99)


def memory_figures(peak_bytes: Floats) -> MemoryFigures:
    """Peak memory over executions."""
    found = distribution(peak_bytes)
    return MemoryFigures() if found is None else MemoryFigures(found.avg, int(found.max))


def total(values: Floats) -> int | None:
    """The sum of what is known; None where nothing is."""
    known = values[~np.isnan(values)]
    return None if known.size == 0 else sum(map(int, known)) if known.max() > 2**53 else int(known.sum())
