"""A figure of a workflow as points in time, the steps in it, and whether a level that changed is back.

Where few runs come, hours say nothing: points are then 3 or 6 hours or a day
wide, the narrowest at which most of them have runs enough.

    runs an hour   120  90 110  ...   ─► points of an hour
    runs an hour     7   3   9  ...   ─► points of 3 hours, of 6, of a day

Invariant: a point with too few runs is missing, never a guess.

Upstream: `services.degradation_series`. Downstream: `changepoints`.
Source: Benjamini and Hochberg, JRSS B 57 (1995), for many series at once; Anscombe (1948), for rates as arcsines.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from longpole.analysis.change_cleaning import cleaned, week_of
from longpole.analysis.changepoints import ChangePoint, changepoints
from longpole.analysis.proportions import difference_z
from longpole.domain.degradations import DegradedMetric

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

HOUR = 3_600
_DAY, _WEEK = 24 * HOUR, 7
WIDTHS = (HOUR, 3 * HOUR, 6 * HOUR, _DAY)
LEAST_RUNS = {
    DegradedMetric.RUN_TIME_P50: 20,
    DegradedMetric.RUN_TIME_P95: 100,
    DegradedMetric.ERROR_RATE: 20,
    DegradedMetric.COST: 20,
}
_MOST_POINTS_WITHOUT = 0.5
_LEAST_POINTS = 6
_POINTS_LIKE_ONE = 8
"""Neighbouring places of a step are nearly the same question: so many count as one when chances are counted."""
_BACK_POINTS, _LEAST_BACK = 8, 4
_BAND = 1 / 3
_LEAST_BAND = 0.04
_RATE_Z = 3.5


def width_for(hours: Ints, runs: Ints, least: int) -> int | None:
    """How wide points are to be, in seconds; None where even days have too few runs.

    Args:
        hours: Where hours begin that have runs, seconds since the epoch.
        runs: How many each has.
        least: A point needs so many.
    """
    for width in WIDTHS:
        _, places = np.unique(hours // width, return_inverse=True)
        counts = np.bincount(places, runs) if runs.size else np.zeros(0)
        enough = int((counts >= least).sum())
        if enough >= _LEAST_POINTS and enough >= (1 - _MOST_POINTS_WITHOUT) * counts.size:
            return width
    return None


@dataclass(frozen=True, slots=True)
class Points:
    """A series without gaps in its places: NaN where there were too few runs.

    Attributes:
        start: Of the first point, seconds since the epoch.
        width: Of a point, seconds.
        values: Seconds, a ratio, or dollars a run.
        runs: How many each point is made of.
    """

    metric: DegradedMetric
    start: int
    width: int
    values: Floats
    runs: Ints

    def at(self, index: int) -> int:
        """When a point begins, seconds since the epoch."""
        return self.start + index * self.width

    def index(self, second: int) -> int:
        """The point that an instant is in; it may be outside."""
        return (second - self.start) // self.width


def steps_of(points: Points) -> tuple[ChangePoint, ...]:
    """The steps of a series; `before`, `after` and ratios in the metric's unit, `p_value` for the series as a whole."""
    values = np.exp(_logs(points))
    found = changepoints(values, season=_DAY // points.width if points.width < _DAY else None)
    if points.metric is DegradedMetric.ERROR_RATE:
        return tuple(told for step in found if (told := _rate_step(points, step)) is not None)
    known = int(np.isfinite(values).sum())
    return tuple(_with_p(step, known) for step in found)


def _logs(points: Points) -> Floats:
    """What is looked at, without the days of the week: logarithms, of rates the arcsine of the root."""
    if points.metric is DegradedMetric.ERROR_RATE:
        logs = np.arcsin(np.sqrt(points.values))
    else:
        logs = np.log(np.where(points.values > 0, points.values, np.nan))
    known = np.flatnonzero(np.isfinite(logs))
    if known.size:
        per_day = _DAY // points.width
        since_midnight = points.start % _DAY // points.width
        weekday = points.start // _DAY % _WEEK
        logs[known] -= week_of(logs[known], known + since_midnight, per_day, weekday)
    return logs


def _levels(points: Points) -> Floats:
    """The same without spikes and the profile of the day."""
    logs = _logs(points)
    known = np.flatnonzero(np.isfinite(logs))
    if known.size > _LEAST_POINTS:
        logs[known] = cleaned(logs[known], known, _DAY // points.width if points.width < _DAY else None)
    return logs


def _with_p(step: ChangePoint, points: int) -> ChangePoint:
    p_value = min(step.p_value * max(points / _POINTS_LIKE_ONE, 1), 1.0)
    return ChangePoint(
        step.index,
        step.first_index,
        step.last_index,
        step.ratio,
        step.low_ratio,
        step.high_ratio,
        p_value,
        step.before,
        step.after,
    )


def _rate_step(points: Points, step: ChangePoint) -> ChangePoint | None:
    """The step as rates; None where the failures counted say that it is none."""
    reach = 3 * _DAY // points.width if points.width < _DAY else _WEEK
    known = np.isfinite(points.values)
    sides = [slice(max(step.index - reach, 0), step.index), slice(step.index, step.index + reach)]
    runs = [int(points.runs[side][known[side]].sum()) for side in sides]
    failed = [round((points.values[side] * points.runs[side])[known[side]].sum()) for side in sides]
    z = difference_z(failed[1], runs[1], failed[0], runs[0])
    if abs(z) < _RATE_Z or (z > 0) != (step.ratio > 1):
        return None
    rates = [(count + 0.5) / (n + 1) for count, n in zip(failed, runs, strict=True)]
    error = math.sqrt(sum((1 - rate) / (rate * (n + 1)) for rate, n in zip(rates, runs, strict=True)))
    jump = math.log(rates[1] / rates[0])
    low, high = math.exp(jump - 1.96 * error), math.exp(jump + 1.96 * error)
    told = _with_p(step, int(known.sum()))
    plain = [count / n for count, n in zip(failed, runs, strict=True)]
    return ChangePoint(
        step.index,
        step.first_index,
        step.last_index,
        rates[1] / rates[0],
        low,
        high,
        told.p_value,
        plain[0],
        plain[1],
    )


def is_back(points: Points, started: int, ratio: float) -> bool:
    """Whether the level has been in the band of the old one for long enough.

    Args:
        points: The series.
        started: When the new level began, seconds since the epoch.
        ratio: New level over old, as it was found.
    """
    index, levels = max(points.index(started), 0), _levels(points)
    old, new = levels[:index], levels[index:]
    old, new = old[np.isfinite(old)][-3 * _BACK_POINTS :], new[np.isfinite(new)][-_BACK_POINTS:]
    if old.size < _LEAST_BACK or new.size < _LEAST_BACK:
        return False
    was, now, jump = float(np.median(old)), float(np.median(new)), math.log(ratio)
    if points.metric is DegradedMetric.ERROR_RATE:
        was, now = float(old.mean()), float(new.mean())
        jump = math.asin(min(abs(math.sin(max(was, _LEAST_BAND))) * math.sqrt(ratio), 1.0)) - was
    return abs(now - was) <= max(abs(jump) * _BAND, _LEAST_BAND)


def discoveries(p_values: Sequence[float], tests: int, rate: float) -> list[bool]:
    """Which of the least likely are told of, so that at most `rate` of those told are false on average.

    Args:
        p_values: Of what was found.
        tests: How many series were looked at, with those in which nothing was found.
        rate: The share of false ones.
    """
    order = sorted(range(len(p_values)), key=lambda place: p_values[place])
    last = max(
        (rank for rank, place in enumerate(order, 1) if p_values[place] <= rate * rank / max(tests, 1)), default=0
    )
    told = set(order[:last])
    return [place in told for place in range(len(p_values))]
