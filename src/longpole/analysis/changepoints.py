"""When a figure changed for good, and by how much: steps of a series, not its spikes, its season or its slow drift.

    ratio  1.25 ┤                ▗▄▟▄▄▖▗▄▄▄       a step of +25 %, from here on
           1.00 ┤▄▄▖▗▄▄▄▟▄▄▄▄▄▄▄▞▘   ▝▘
                └───────────────▲─────────── points

Series of latencies and of costs are heavy-tailed, follow themselves (a slow
hour is followed by a slow one) and breathe with the day. Each of these makes
methods for independent noise see steps everywhere. So: logarithms, so that a
step is a ratio; spikes clipped against a running median; the day's profile
taken out where it is one; the optimal segmentation at a penalty that counts
points for what they are worth beside their neighbours; and at last each step
has to stand on its own, against a drift as well.

Invariant: multiplying a series by a constant moves no step and changes no
ratio; a point that is missing changes no other point's place.

Upstream: `services.degradations` gives hourly figures. Downstream: `attribution`.
Source: Killick, Fearnhead and Eckley, "Optimal detection of changepoints with a linear computational cost", JASA 107
(2012), for PELT; long-run variance by the lag-one autocorrelation as in Andrews (1991); the design's analysis §5.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import erfc, exp, log, sqrt

import numpy as np
from numpy.typing import NDArray

from longpole.analysis.change_cleaning import cleaned
from longpole.analysis.change_segments import optimal_segments

Floats = NDArray[np.float64]
_LAG = 6
_FOLLOWS_MUCH = 0.7
"""Below it, what differences say of the series' memory is chance, or its steps."""


@dataclass(frozen=True, slots=True)
class Demands:
    """What a step must have to be told.

    Attributes:
        p_value: By chance, a step as clear as this comes about so rarely. Four in ten thousand, as thousands of
            series are looked at every hour.
        least_ratio: Smaller steps are not worth anybody's time.
        least_points: On either side; two high hours are no new level.
        penalty: Of a step, in units of log(n) times the long-run variance.
        most_rho: A series that follows itself more than this tells levels apart from its own wandering no more.
    """

    p_value: float = 4e-4
    least_ratio: float = 0.08
    least_points: int = 3
    penalty: float = 2.9
    most_rho: float = 0.95


@dataclass(frozen=True, slots=True)
class ChangePoint:
    """A step.

    Attributes:
        index: Of the first point at the new level.
        first_index, last_index: Between these the step is, at 95 %.
        ratio: New level by old level.
        low_ratio, high_ratio: Bounds of it, 95 %.
        p_value: How often noise alone would look like this, at most.
        before, after: The levels, in the series' unit.
    """

    index: int
    first_index: int
    last_index: int
    ratio: float
    low_ratio: float
    high_ratio: float
    p_value: float
    before: float
    after: float


def changepoints(
    values: Sequence[float] | Floats, *, season: int | None = None, demands: Demands | None = None
) -> tuple[ChangePoint, ...]:
    """The steps of a series, in order. O(n²) at worst; some milliseconds for 400 points.

    Args:
        values: One per unit of time; NaN, and what is not above 0, is missing.
        season: After so many points a profile may repeat: 24 for hourly points.
        demands: What a step must have.
    """
    wanted = Demands() if demands is None else demands
    series = np.asarray(values, dtype=np.float64)
    known = np.flatnonzero(np.isfinite(series) & (series > 0))
    if known.size < 2 * wanted.least_points:
        return ()
    logs = np.log(series[known])
    clean, steps = _levels(cleaned(logs, known, season), known, wanted)
    return tuple(_told(clean, known, steps, place, wanted) for place in range(len(steps)))


def _levels(clean: Floats, known: NDArray[np.int64], wanted: Demands) -> tuple[Floats, list[int]]:
    """The steps, and the series that they are steps of: without its drift, if a drift says the same with fewer."""
    steps = _standing(clean, _segments(clean, wanted), wanted)
    if not steps:
        return clean, steps
    when = known - known.mean()
    level = clean - (when @ clean) / (when @ when) * when
    others = _standing(level, _segments(level, wanted), wanted)
    noises = _noise(clean, steps, wanted), _noise(level, others, wanted)
    unit = min(noise.long_run for noise in noises)
    cost = wanted.penalty * log(clean.size)
    stays, goes = (_squares(*each) / unit + cost * len(each[1]) for each in ((clean, steps), (level, others)))
    return (clean, steps) if stays <= goes + cost else (level, others)


def _squares(values: Floats, starts: Sequence[int]) -> float:
    bounds = [0, *starts, values.size]
    return sum(float(np.square(values[a:b] - values[a:b].mean()).sum()) for a, b in pairwise(bounds))


@dataclass(frozen=True, slots=True)
class _Noise:
    """What is left of a series beside its levels."""

    variance: float
    rho: float

    @property
    def long_run(self) -> float:
        """What the variance of a mean of n points is, times n."""
        return self.variance * (1 + self.rho) / (1 - self.rho)


def _segments(clean: Floats, wanted: Demands) -> list[int]:
    """Where segments begin, the first one left out; the penalty is found with the segmentation it leads to."""
    differences = np.diff(clean)
    quick = float(np.median(np.abs(differences))) / 0.6745 / sqrt(2)
    noise = _Noise(max(quick**2, 1e-12), 0.0)
    starts: list[int] = []
    for factor in (1.0, 1.0):
        penalty = factor * wanted.penalty * log(clean.size) * noise.long_run
        starts = optimal_segments(clean, penalty, wanted.least_points)
        noise = _noise(clean, starts, wanted)
    return starts


def _noise(clean: Floats, starts: Sequence[int], wanted: Demands) -> _Noise:
    bounds = [0, *starts, clean.size]
    rest = clean.copy()
    for begin, end in pairwise(bounds):
        rest[begin:end] -= rest[begin:end].mean()
    free = max(clean.size - len(bounds) + 1, 1)
    variance = max(float(rest @ rest) / free, 1e-12)
    inside = np.ones(clean.size - 1, np.bool_)
    inside[np.array(starts, np.int64) - 1] = False
    rho = float((rest[:-1] * rest[1:])[inside].sum()) / max(float(rest @ rest), 1e-300)
    longest = max(int(np.diff(bounds).max()), 2)
    rho += (1 + 3 * max(rho, 0.0)) / longest  # the mean that was taken out takes some of it along
    rho = max(rho, _memory(clean))
    return _Noise(variance, min(max(rho, 0.0), wanted.most_rho))


def _memory(clean: Floats) -> float:
    """How much a series follows itself whatever its levels are: few of its differences lie across a step.

    Else too many levels would take up what follows itself, and justify each other: what is left follows nothing.
    """
    if clean.size < 4 * _LAG:
        return 0.0
    near, far = (float(np.median(np.abs(clean[lag:] - clean[:-lag]))) for lag in (1, _LAG))
    ratio = (near / far) ** 2 if far > 0 else 1.0
    low, high = 0.0, 0.99  # ratio = (1 - rho) / (1 - rho^lag), which falls with rho
    for _ in range(20):
        rho = (low + high) / 2
        low, high = (rho, high) if (1 - rho) / (1 - rho**_LAG) > ratio else (low, rho)
    return low if low > _FOLLOWS_MUCH else 0.0


def _standing(clean: Floats, starts: list[int], wanted: Demands) -> list[int]:
    """The steps that stand on their own: the weakest goes until none is too weak, then the smallest."""
    steps = list(starts)
    while steps:
        noise = _noise(clean, steps, wanted)
        strengths = [_strength(clean, steps, place, noise) for place in range(len(steps))]
        weakest = min(range(len(steps)), key=lambda place: strengths[place][0])
        if _is_enough(strengths[weakest][0], wanted):
            weakest = min(range(len(steps)), key=lambda place: abs(strengths[place][1]))
            if _is_worth(strengths[weakest][1], wanted):
                return steps
        del steps[weakest]
    return steps


def _strength(clean: Floats, steps: Sequence[int], place: int, noise: _Noise) -> tuple[float, float]:
    """By how many standard errors the levels beside a step differ, and by how much (as a logarithm)."""
    bounds = [0, *steps, clean.size]
    left, right = clean[bounds[place] : bounds[place + 1]], clean[bounds[place + 1] : bounds[place + 2]]
    jump = float(right.mean() - left.mean())
    return abs(jump) / sqrt(noise.variance * (_mean_share(left.size, noise) + _mean_share(right.size, noise))), jump


def _mean_share(points: int, noise: _Noise) -> float:
    """The variance of the mean of so many neighbouring points, as a share of that of one; exact for AR(1)."""
    rho = noise.rho
    if rho == 0:
        return 1 / points
    tail = rho * (1 - rho**points) / (points * (1 - rho))
    return (1 + 2 * (rho / (1 - rho)) * (1 - tail / rho)) / points if points > 1 else 1.0


def _is_enough(z: float, wanted: Demands) -> bool:
    return erfc(z / sqrt(2)) < wanted.p_value


def _is_worth(jump: float, wanted: Demands) -> bool:
    return abs(exp(jump) - 1) >= wanted.least_ratio


def _told(clean: Floats, known: NDArray[np.int64], steps: Sequence[int], place: int, wanted: Demands) -> ChangePoint:
    noise = _noise(clean, steps, wanted)
    bounds = [0, *steps, clean.size]
    begin, step, end = bounds[place], bounds[place + 1], bounds[place + 2]
    z, jump = _strength(clean, steps, place, noise)
    error = abs(jump) / z if z else 0.0
    first, last = _whereabouts(clean[begin:end], step - begin, noise)
    before = float(clean[begin:step].mean())
    return ChangePoint(
        index=int(known[step]),
        first_index=int(known[begin + first]),
        last_index=int(known[begin + last]),
        ratio=exp(jump),
        low_ratio=exp(jump - 1.96 * error),
        high_ratio=exp(jump + 1.96 * error),
        p_value=erfc(z / sqrt(2)),
        before=exp(before),
        after=exp(before + jump),
    )


def _whereabouts(around: Floats, step: int, noise: _Noise) -> tuple[int, int]:
    """Places at which the step fits nearly as well: within the 95 % of a likelihood ratio."""
    sums = np.concatenate([[0.0], np.cumsum(around)])
    places = np.arange(1, around.size)
    left = sums[places] ** 2 / places
    right = (sums[-1] - sums[places]) ** 2 / (around.size - places)
    gain = (left + right) / noise.long_run
    near = places[gain >= gain[step - 1] - 3.84]
    return int(near.min()), int(near.max())
