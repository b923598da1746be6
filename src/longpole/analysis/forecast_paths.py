"""The futures that a forecast's past mistakes make: bounds of each point, and of sums over whole paths.

    forecast ─┬─ × a level that walks + mistakes of three weeks ago, hour by hour ─► a path ─► its sum
              ├─ × another            + mistakes of last week                     ─► a path ─► its sum  ─► bounds
              └─ …

A path keeps the order of the mistakes that it is made of: hours that were all
too low come together, as they did. Mistakes far ahead are seen seldom, from
few origins; they grow out of those near by, as a level walks, and levels that
shift are believed in even where none has been seen yet. Bounds of points near
by are those of all mistakes about as far ahead, widened for how few there are;
farther ahead they are no narrower than the paths.

Invariant: low ≤ value ≤ high at every point, and nothing below 0.

Upstream: `services.forecasts`. Downstream: `forecast`. Source: split conformal quantiles, the next rank of n + 1; the
walk's variance under an inverse-gamma prior, so that its tails are those of Student's t; 0.15 a week measured so that
80 % bounds of 30 days hold what `benchmarks/forecast.py` generates in 75 to 88 %.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from longpole.analysis.forecast import Forecast

Floats = NDArray[np.float64]
_LEAST_MISTAKES = 40
_NEAR_SEASONS = 2
_ENOUGH = 0.7
_WALK_A_WEEK = 0.15
_BELIEF = 2.0


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
    far = _NEAR_SEASONS * made.season
    if horizon > far:
        away = np.abs(paths(made)[:, far:] - made.values[far:])
        wide[far:] = np.maximum(wide[far:], np.quantile(away, confidence, axis=0))
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


def paths(made: Forecast, count: int = 1_000, seed: int = 0) -> Floats:
    """`count` futures, float64 of shape (count, horizon), in the series' unit.

    The level walks away from the forecast's, by as much a season as it did in the past; seasons of past mistakes,
    each in its order, lie on it.
    """
    random = np.random.default_rng(seed)
    horizon = made.values.size
    drift, freedom = _drift(made)
    tails = np.sqrt(freedom / random.chisquare(freedom, (count, 1)))
    level = np.cumsum(random.normal(0.0, drift / np.sqrt(made.season), (count, horizon)) * tails, axis=1)
    futures: Floats = np.maximum(made.values * (1 + level) + _around(made, count, random) * made.scale, 0.0)
    return futures


def _around(made: Forecast, count: int, random: np.random.Generator) -> Floats:
    """Mistakes in their order: of one origin as far as they are known, then of others, beside their level."""
    horizon = made.values.size
    known = np.isfinite(made.mistakes)
    mistakes = np.where(known, made.mistakes, 0.0)
    first = mistakes[:, : made.season]
    beside = first - first.mean(1, keepdims=True)
    origins = random.integers(0, len(mistakes), (count, -(-horizon // first.shape[1])))
    others: Floats = beside[origins].reshape(count, -1)[:, :horizon]
    whole = min(horizon, made.week)  # so much is known of every origin
    others[:, :whole] = mistakes[origins[:, 0], :whole]
    return others


def sums(made: Forecast, count: int = 1_000, seed: int = 0) -> Floats:
    """Sums over `count` futures, in the series' unit, ascending."""
    return np.sort(paths(made, count, seed).sum(1))


def _drift(made: Forecast) -> tuple[float, float]:
    """By how much of itself the level walks in a season, and how many degrees of freedom that is known with.

    Of a level that walks, the mean mistake of the j-th season ahead has a variance of about j - 1/3 seasons' walk: all
    seasons tell of one number, near ones often, far ones seldom. What few mistakes cannot have seen, a shift of the
    level, is in what is believed before: it counts as three seasons.
    """
    before = _WALK_A_WEEK**2 * made.season / made.week
    squares, walks = 0.0, 0.0
    seasons = -(-made.values.size // made.season) if made.values.size > made.week else 0
    for ahead in range(seasons):
        block = made.mistakes[:, ahead * made.season : (ahead + 1) * made.season]
        known = np.isfinite(block)
        enough = known.sum(1) >= _ENOUGH * min(made.season, block.shape[1])
        if block.shape[1] >= _ENOUGH * made.season and enough.any():
            means = np.where(known, block, 0.0).sum(1)[enough] / known.sum(1)[enough]
            squares += float((means**2).sum())
            walks += int(enough.sum()) * (ahead + 2 / 3)
    seen = squares / walks if walks else before
    belief = _BELIEF * made.week / made.season
    walk = (seen * made.evidence + before * belief) / (made.evidence + belief)
    return float(np.sqrt(walk)), (made.evidence + belief) * made.season / made.week
