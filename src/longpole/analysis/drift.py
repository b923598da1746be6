"""By how much a quantity grew over a period: its last quarter against its first, and whether it did so steadily.

Invariant: the bounds hold the factor; values that do not change have the factor 1.

Upstream: `advice.scalability`, `advice.tokens.drift`. Downstream: none.
Source: medians of the quarters with a bootstrap of their ratio; steadiness by Kendall's rank correlation of twenty
medians over time.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from longpole.analysis.bottlenecks import evenly

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_LEAST: Final = 20
_MOST: Final = 4_000
"""Evenly chosen: more do not make the medians surer by anything that matters."""
_RESAMPLES: Final = 400
_BOUNDS: Final = (2.5, 97.5)
_PARTS: Final = 20
_STEADY: Final = 0.7


@dataclass(frozen=True, slots=True)
class Drift:
    """Medians of the first and the last quarter, their ratio with 95 % bounds, and whether it grew all the time."""

    first: float
    last: float
    factor: float
    factor_low: float
    factor_high: float
    is_steady: bool
    n: int


def drift(times_ns: Ints, values: Floats, seed: int = 0) -> Drift | None:
    """How `values` went over time; None of fewer than twenty, or where they begin at 0. O(n log n)."""
    if values.size < _LEAST:
        return None
    ordered = values[np.argsort(times_ns, kind="stable")]
    ordered = ordered[evenly(ordered.size, _MOST)]
    quarter = max(ordered.size // 4, 5)
    begin, end = ordered[:quarter], ordered[-quarter:]
    first, last = float(np.median(begin)), float(np.median(end))
    if first <= 0:
        return None
    source = np.random.default_rng(seed)
    ratios = np.median(source.choice(end, (_RESAMPLES, quarter)), axis=1) / np.maximum(
        np.median(source.choice(begin, (_RESAMPLES, quarter)), axis=1), 1e-12
    )
    low, high = (float(bound) for bound in np.percentile(ratios, _BOUNDS))
    factor = last / first
    return Drift(first, last, factor, min(low, factor), max(high, factor), _is_steady(ordered), int(values.size))


def _is_steady(ordered: Floats) -> bool:
    medians = np.array([np.median(part) for part in np.array_split(ordered, _PARTS)])
    later = np.sign(medians[None, :] - medians[:, None])[np.triu_indices(_PARTS, 1)]
    return float(later.mean()) >= _STEADY
