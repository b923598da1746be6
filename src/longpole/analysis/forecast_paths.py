"""The futures that a forecast's past mistakes make: bounds of each point, and of sums over whole paths.

    forecast ─┬─ + mistakes of three weeks ago, hour by hour  ─► a path ─► its sum
              ├─ + mistakes of last week                      ─► a path ─► its sum     ─► bounds of the sum
              └─ …

A path keeps the order of the mistakes that it is made of: hours that were all
too low come together, as they did. Bounds of points are those of all mistakes
about as far ahead, widened for how few there are.

Invariant: low ≤ value ≤ high at every point, and nothing below 0.

Upstream: `services.forecasts`. Downstream: `forecast`. Source: split conformal quantiles, the next rank of n + 1.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from longpole.analysis.forecast import Forecast

Floats = NDArray[np.float64]
_LEAST_MISTAKES = 40


@dataclass(frozen=True, slots=True)
class Band:
    """Bounds of a forecast, point by point."""

    low: Floats
    high: Floats


def band(made: Forecast, confidence: float = 0.95) -> Band:
    """Between these a point will be, at `confidence`."""
    horizon = made.values.size
    mistakes = np.abs(made.mistakes)
    wide = np.empty(horizon)
    for ahead in range(horizon):
        wide[ahead] = _quantile(_about(mistakes, ahead), confidence)
    wide = _smooth(wide) * made.scale
    return Band(np.maximum(made.values - wide, 0.0), made.values + wide)


def _about(mistakes: Floats, ahead: int) -> Floats:
    """Mistakes about so far ahead: more of the neighbours where there are few."""
    reach = 2
    while True:
        near = mistakes[:, max(ahead - reach, 0) : ahead + reach + 1]
        known = near[np.isfinite(near)]
        if known.size >= _LEAST_MISTAKES or reach >= mistakes.shape[1]:
            return known if known.size else mistakes[np.isfinite(mistakes)]
        reach *= 2


def _quantile(known: Floats, confidence: float) -> float:
    if not known.size:
        return 0.0
    rank = min((known.size + 1) * confidence / known.size, 1.0)
    return float(np.quantile(known, rank))


def _smooth(values: Floats) -> Floats:
    width = min(5, values.size)
    padded = np.pad(values, (width // 2, width - 1 - width // 2), mode="edge")
    return np.convolve(padded, np.ones(width) / width, mode="valid")


def sums(made: Forecast, count: int = 1_000, seed: int = 0) -> Floats:
    """Sums over `count` futures, in the series' unit, ascending: each goes on with past mistakes in their order."""
    known = np.where(np.isfinite(made.mistakes), made.mistakes, 0.0)
    random = np.random.default_rng(seed)
    horizon = made.values.size
    chosen = random.integers(0, known.shape[0], count)
    paths = np.maximum(made.values + known[chosen, :horizon] * made.scale, 0.0)
    return np.sort(paths.sum(1))
