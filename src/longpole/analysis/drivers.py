"""What makes a node slow: the size of what it is given, or belonging to a group (a model, a version, a user, an hour).

"Twice the input takes 1.9 times as long" says what to do; "the node is slow"
does not. What may be chance is not said: samples that follow one another are
alike, so that fewer are counted than there are.

Invariant: nothing depends on the order or the names of groups; scaling all
durations changes no ratio.

Upstream: columns of node executions. Downstream: `advice.slow_nodes`.
Source: White, "A heteroskedasticity-consistent covariance matrix estimator",
1980 (the slope's interval); Mann & Whitney 1947 with ties; the effective number
of samples as in the design's analysis §5; distribution-free bounds of a median
from order statistics (David & Nagaraja, §7.1).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
_Z95 = 1.96


@dataclass(frozen=True, slots=True)
class Dependence:
    """How a duration grows with a size: `duration ~ size ** slope`.

    Attributes:
        slope, low, high: The exponent, with 95 % bounds: 1 is in proportion, 0 not at all.
        explained: The share (0–1) of the durations' variation that the size explains, by ranks.
        n: Executions.
    """

    slope: float
    low: float
    high: float
    explained: float
    n: int

    @property
    def times_for_twice(self) -> float:
        """How many times as long twice the size takes."""
        return float(2**self.slope)


def dependence(sizes: Floats, durations: Floats) -> Dependence | None:
    """The slope of the logarithms; None of fewer than 20 that are known and above 0, or of all the same size."""
    known = (sizes > 0) & (durations > 0)  # NaN is not above 0
    n = int(known.sum())
    if n < 20:  # noqa: PLR2004 - fewer tell nothing
        return None
    x, y = np.log(sizes[known]), np.log(durations[known])
    x, y = x - x.mean(), y - y.mean()
    spread = float(x @ x)
    if spread < 1e-9 * n:
        return None
    slope = float(x @ y) / spread
    error = math.sqrt(float((x * x) @ ((y - slope * x) ** 2))) / spread * math.sqrt(n / (n - 2))
    explained = _correlation(ranks(x), ranks(y)) ** 2
    return Dependence(slope, slope - _Z95 * error, slope + _Z95 * error, explained, n)


def ranks(values: Floats) -> Floats:
    """Places in order, from 1 on; equal values share the middle of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    middle: Floats = (last - (counts - 1) / 2)[inverse]
    return middle


def _correlation(x: Floats, y: Floats) -> float:
    x, y = x - x.mean(), y - y.mean()
    scale = math.sqrt(float(x @ x) * float(y @ y))
    return float(x @ y) / scale if scale else 0.0


@dataclass(frozen=True, slots=True)
class Contrast:
    """Executions of a group beside others.

    Attributes:
        median, other_median: In the durations' unit.
        ratio, low, high: The median of the group over that of the others, with 95 % bounds.
        z: By how many deviations the group's ranks lie above the others', as neighbours that are alike count for less.
        n, other_n: Executions.
    """

    median: float
    other_median: float
    ratio: float
    low: float
    high: float
    z: float
    n: int
    other_n: int


def contrast(durations: Floats, group: Flags) -> Contrast | None:
    """The group's durations beside all others'; None where either has fewer than 20.

    Args:
        durations: Above 0, in order of time.
        group: Which of them are of the group.
    """
    n, other_n = int(group.sum()), int((~group).sum())
    if n < 20 or other_n < 20:  # noqa: PLR2004 - fewer tell nothing
        return None
    middles = np.where(group, np.median(durations[group]), np.median(durations[~group]))
    memory = memory_of(durations / middles)  # within the groups: a step between them would look like one
    widening = math.sqrt((1 + memory) / (1 - memory))
    median, low, high = median_bounds(durations[group], widening)
    other, other_low, other_high = median_bounds(durations[~group], widening)
    z = _mann_whitney_z(ranks(durations), group) / widening
    return Contrast(median, other, median / other, low / other_high, high / other_low, z, n, other_n)


def _mann_whitney_z(ranked: Floats, group: Flags) -> float:
    n, m = int(group.sum()), int((~group).sum())
    of = n + m
    ties = np.unique(ranked, return_counts=True)[1].astype(float)
    variance = n * m / 12 * (of + 1 - float((ties**3 - ties).sum()) / (of * (of - 1)))
    above = float(ranked[group].sum()) - n * (of + 1) / 2
    return above / math.sqrt(variance) if variance > 0 else 0.0


def median_bounds(values: Floats, widening: float = 1.0) -> tuple[float, float, float]:
    """The median and 95 % bounds of it that hold for any distribution; `widening` of 2 is for a quarter as many."""
    ordered = np.sort(values)
    half = _Z95 * widening * math.sqrt(values.size) / 2
    low = max(math.floor(values.size / 2 - half), 0)
    high = min(math.ceil(values.size / 2 + half), values.size - 1)
    return float(np.median(ordered)), float(ordered[low]), float(ordered[high])


def memory_of(durations: Floats) -> float:
    """How alike neighbours in time are: the correlation of logarithms with the next ones, from 0 to 0.95."""
    if durations.size < 20:  # noqa: PLR2004 - fewer tell nothing
        return 0.0
    logs = ranks(durations)
    return min(max(_correlation(logs[:-1], logs[1:]), 0.0), 0.95)


@dataclass(frozen=True, slots=True)
class Onset:
    """From place `at` on, things take longer, or shorter."""

    at: int
    contrast: Contrast


def onset(durations: Floats, least: int = 30) -> Onset | None:
    """Where the durations (above 0, in order of time) changed most, with `least` of them on both sides.

    The place of the greatest excursion of the sum of ranks. Whether the change is one is for `contrast.z` to say: the
    best of all places is beyond 4.5 about once in 10,000 sequences without a change.
    """
    n = durations.size
    if n < 2 * least:
        return None
    ranked = ranks(durations)
    at = np.arange(1, n)
    excursion = np.cumsum(ranked - ranked.mean())[:-1] / np.sqrt(at * (n - at))
    inside = slice(least - 1, n - least)
    split = int(np.argmax(np.abs(excursion[inside]))) + least
    found = contrast(durations, np.arange(n) >= split)
    return None if found is None else Onset(split, found)
