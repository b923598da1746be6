"""What a series will be: profiles of the day and of the week on a level, and how wrong that was before.

    past  ▂▅▇▃ ▂▅▇▃ ▂▆█▃ ▁▂▃▁ │ ▂▅▇▃ ▂▅▇▃      forecast
                              │ ░░░░ ░░░░      between the paths that past mistakes would take it

Many simple ways of going on are tried on the past itself: from several days
back, knowing nothing later. The three that came nearest go on together, by how
near they came. Their mistakes then are what the future is drawn from (see
`forecast_paths`): a sum over a month is a sum over whole paths, since mistakes
of one day do not cancel those of the next.

Invariant: multiplying a series by a constant multiplies its forecast; nothing
is ever forecast below 0; the same series gives the same forecast.

Upstream: `services.forecasts`. Downstream: `forecast_ways`, `forecast_paths`.
Source: the design's analysis §6 (profiles weighted by cross-validation, level with FFORMA on M4 hourly); conformal
intervals from rolling origins as in Xu and Xie, "Conformal prediction interval for dynamic time-series" (ICML 2021).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from longpole.analysis.forecast_ways import Way, go_on, ways_of

Floats = NDArray[np.float64]
_BEST = 3
_TRIALS = 4
_MOST_ORIGINS = 24
_LEAST_SEASONS = 2
_LEAST_POINTS = 2
_TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Forecast:
    """What will be.

    Attributes:
        values: float64 of shape (horizon,): the middle.
        mistakes: float64 of shape (origins, horizon): what was minus what had been forecast, by the mean of a
            whole season, that which was or that which had been forecast; missing points are NaN.
        scale: That mean now: mistakes times it are in the series' unit.
        ways: What it is made of, and how much of each; nothing where only the range is known.
        season: Points of the shortest season, such as 24 of hours.
        week: Points of the longest one.
        evidence: Over how many of the shortest seasons the mistakes were made.
    """

    values: Floats
    mistakes: Floats
    scale: float
    ways: tuple[tuple[Way, float], ...]
    season: int
    week: int
    evidence: float


def forecast(values: Sequence[float] | Floats, horizon: int, seasons: Sequence[int]) -> Forecast | None:
    """The next `horizon` points of a series; None where too little is known of it.

    Args:
        values: One per unit of time, 0 or more; NaN is missing.
        horizon: How many points.
        seasons: After so many points it may repeat, such as 24 and 168 of hours.
    """
    series = np.asarray(values, dtype=np.float64)
    season, week = min(seasons), max(seasons)
    if np.isfinite(series).sum() < _LEAST_SEASONS * season:
        return None
    for before in (2, 1):  # seasons that are known from where the past is forecast
        ways = [way for way in ways_of(seasons) if way.season * before + min(horizon, way.season) <= series.size]
        if ways:
            break
    else:
        return None
    longest = max(way.season for way in ways)
    origins, step = _origins(series.size, horizon, longest, before * longest)
    chosen = _chosen(series, horizon, ways, origins[:_TRIALS])
    mistakes = _mistakes(series, horizon, chosen, origins, longest)
    ahead = _together(series, max(horizon, longest), chosen)
    evidence = (origins[0] - origins[-1] + step) / season
    return Forecast(ahead[:horizon], mistakes, _scale(series, ahead, longest), tuple(chosen), season, week, evidence)


def rough(values: Sequence[float] | Floats, horizon: int, seasons: Sequence[int]) -> Forecast | None:
    """The mean of what is known, for want of a season: of use for its range only. None of fewer than two points."""
    series = np.asarray(values, dtype=np.float64)
    known = series[np.isfinite(series)]
    if known.size < _LEAST_POINTS:
        return None
    mean = max(float(known.mean()), _TINY)
    mistakes = np.tile((known / mean - 1)[:, None], (1, horizon))
    return Forecast(np.full(horizon, mean), mistakes, mean, (), min(seasons), max(seasons), 0.0)


def _origins(count: int, horizon: int, season: int, least: int) -> tuple[list[int], int]:
    """From where the past is forecast, the latest first, never with fewer than `least` points before; and the step."""
    step = max(1, min(horizon, season) // 4)
    found = list(range(count - min(horizon, season), least - 1, -step))
    return found[:_MOST_ORIGINS] or [count - min(horizon, season)], step


def _chosen(series: Floats, horizon: int, ways: Sequence[Way], origins: Sequence[int]) -> list[tuple[Way, float]]:
    errors = np.zeros(len(ways))
    for origin in origins:
        actual = series[origin : origin + horizon]
        for place, way in enumerate(ways):
            error = np.abs(actual - go_on(series[:origin], actual.size, way))
            errors[place] += float(np.nanmean(error)) if np.isfinite(error).any() else 0.0
    best = np.argsort(errors, kind="stable")[:_BEST]
    near = 1 / np.maximum(errors[best], 1e-12 + 1e-3 * float(errors.max())) ** 2
    return [(ways[place], float(weight)) for place, weight in zip(best.tolist(), near / near.sum(), strict=True)]


def _together(series: Floats, horizon: int, chosen: Sequence[tuple[Way, float]]) -> Floats:
    made = np.zeros(horizon)
    for way, weight in chosen:
        made += weight * go_on(series, horizon, way)
    return made


def _mistakes(
    series: Floats, horizon: int, chosen: Sequence[tuple[Way, float]], origins: Sequence[int], season: int
) -> Floats:
    made = np.full((len(origins), horizon), np.nan)
    for row, origin in enumerate(origins):
        actual = series[origin : origin + horizon]
        told = _together(series[:origin], max(horizon, season), chosen)
        made[row, : actual.size] = (actual - told[: actual.size]) / _scale(series[:origin], told, season)
    return made


def _scale(past: Floats, told: Floats, season: int) -> float:
    """The mean over a whole season, the next or the last: what is told after an empty day may be next to nothing."""
    last = past[-season:]
    known = last[np.isfinite(last)]
    return max(float(told[:season].mean()), float(known.mean()) if known.size else 0.0, _TINY)
