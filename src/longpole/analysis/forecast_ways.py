"""Simple ways in which a series may go on: a profile of its season on a level, with or without a trend.

    profile   mean of each hour of the season beside its level, newer seasons counting more
    level     what the last day, or week, was beside the profile
    trend     from season to season, fading

Invariant: nothing below 0; a series of zeros goes on as zeros.

Upstream: `forecast`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_MOST_SEASONS = 10
_FADING = 0.85


@dataclass(frozen=True, slots=True)
class Way:
    """How to go on.

    Attributes:
        season: Points of a profile.
        memory: What a season counts beside the one after it.
        level_points: From how many of the last points the level is taken.
        has_trend: It goes on as it went, less and less.
        is_ratio: The profile multiplies the level instead of being added to it.
    """

    season: int
    memory: float
    level_points: int
    has_trend: bool
    is_ratio: bool


def ways_of(seasons: Sequence[int]) -> list[Way]:
    """The ways that are tried."""
    shortest = min(seasons)
    made: list[Way] = []
    for season in sorted(set(seasons)):
        for memory in (0.4, 0.8, 0.97):
            for level_points in sorted({shortest, 3 * shortest, season}):
                made += [
                    Way(season, memory, level_points, has_trend=False, is_ratio=is_ratio) for is_ratio in (True, False)
                ]
        made.append(Way(season, 0.8, max(shortest, season // 2), has_trend=True, is_ratio=True))
    return made


def go_on(past: Floats, horizon: int, way: Way) -> Floats:
    """The next points. Time and memory are those of the last ten seasons."""
    seasons = min(past.size // way.season, _MOST_SEASONS)
    rows = past[past.size - seasons * way.season :].reshape(seasons, way.season)
    known = np.isfinite(rows)
    filled = np.where(known, rows, 0.0)
    means = filled.sum(1) / np.maximum(known.sum(1), 1)
    weights = way.memory ** np.arange(seasons - 1, -1, -1)[:, None] * known
    if way.is_ratio:
        beside = np.divide(filled, means[:, None], out=np.zeros_like(filled), where=means[:, None] > 0)
        nothing = 1.0
    else:
        beside, nothing = filled - means[:, None], 0.0
    sums = weights.sum(0)
    profile = np.where(sums > 0, (weights * beside).sum(0) / np.maximum(sums, 1e-300), nothing)
    level = _level(past, profile, way)
    steps = np.arange(1, horizon + 1)
    ahead = profile[(steps - 1) % way.season]
    drift = _drift(means, np.any(known, axis=1)) if way.has_trend else 0.0
    rise = drift * _FADING * (1 - _FADING ** (steps / way.season)) / (1 - _FADING)
    made = (level + rise) * ahead if way.is_ratio else level + rise + ahead
    return np.maximum(made, 0.0)


def _level(past: Floats, profile: Floats, way: Way) -> float:
    """What the last points are beside their places in the profile."""
    points = min(way.level_points, past.size)
    last = past[-points:]
    beside = profile[np.arange(-points, 0) % way.season]
    known = np.isfinite(last)
    if not known.any():
        return 0.0
    if way.is_ratio:
        return float(last[known].sum() / max(beside[known].sum(), 1e-12))
    return float((last[known] - beside[known]).mean())


def _drift(means: Floats, known: NDArray[np.bool_]) -> float:
    """By how much a season's mean changed to the next: the median, which one jump does not move."""
    changes = np.diff(means[known])
    return float(np.median(changes[-4:])) if changes.size else 0.0
