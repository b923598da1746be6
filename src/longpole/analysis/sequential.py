"""Whether a new version differs from the old one, looked at after every run without fooling oneself.

    difference ┤▔▔▔▔▄▄▄▄▄▄______
               ┤          ______▄▄▄▄▄▄▄  bounds that hold at all times at once,
             0 ┤─────────────▲─────────  so that one may stop at the first look
               ┤▁▁▁▁▄▄▄▄▄▀▀▀▀▀           that leaves 0 outside
               └──────────────────► runs

A t-test that is looked at a hundred times cries wolf in every third comparison
of equals; these bounds in fewer than one in twenty, however often.

Invariant: bounds hold the estimate; more runs with the same figures narrow
them; the sides swapped, the signs are swapped.

Upstream: `services.degradations`, `services.compare`.
Source: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform central limit theory and asymptotic confidence
sequences", Annals of Statistics 52 (2024), for means; Robbins (1970) with a beta mixture, exact, for rates; two
intervals become one of their difference as in Zou and Donner, Statistics in Medicine 27 (2008).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEAST_RUNS = 30
"""Of either side; before, a mean of skewed values is nothing like normal."""
_BEST_AT = 400.0
_BISECTIONS = 40
_ALPHA_OF_A_SIDE = 4.0
"""Both sides are seldom wrong at once, and in opposite ways: measured at rates from 0.2 to 20 %, fewer than one in
fifty comparisons of equals are then told apart at an alpha of 5 %."""


@dataclass(frozen=True, slots=True)
class Moments:
    """So many values, their mean and their variance (of the sample)."""

    n: int
    mean: float
    variance: float

    @staticmethod
    def of(values: Floats) -> "Moments":
        """Of some values; nothing is known of none."""
        if values.size == 0:
            return Moments(0, math.nan, math.nan)
        return Moments(values.size, float(values.mean()), float(values.var(ddof=1)) if values.size > 1 else 0.0)


@dataclass(frozen=True, slots=True)
class Sure:
    """A difference (after less before) with bounds that hold at all times; `p_value` may be looked at at any time."""

    difference: float
    low: float
    high: float
    p_value: float

    @property
    def is_different(self) -> bool:
        """Whether the bounds leave 0 outside."""
        return not self.low <= 0 <= self.high


def mean_difference(
    before: Moments, after: Moments, *, alpha: float = 0.05, best_at: float = _BEST_AT, inflation: float = 1.0
) -> Sure | None:
    """The difference of means; None where a side has fewer than `LEAST_RUNS`.

    Args:
        before: The old side's figures. Of times, take the logarithms: the difference is that of ratios then.
        after: The new side's, so far.
        alpha: How often, at most, the bounds are ever wrong.
        best_at: They are narrowest at so many runs (those of two sides of n each count as n/2).
        inflation: By how much the variance of means is larger than runs that know nothing of each other would have.
    """
    if min(before.n, after.n) < LEAST_RUNS:
        return None
    square = inflation * (before.variance / before.n + after.variance / after.n)
    difference = after.mean - before.mean
    if square <= 0:
        return Sure(difference, difference, difference, 1.0 if difference == 0 else 0.0)
    looked = float(_looked(before.n, after.n, alpha, best_at))
    half = math.sqrt(square * (1 + 1 / looked) * 2 * math.log(math.sqrt(looked + 1) / alpha))
    p = math.exp(min(0.5 * math.log(looked + 1) - difference**2 / square / 2 * looked / (looked + 1), 0.0))
    return Sure(difference, difference - half, difference + half, p)


def _looked(n_before: Floats | int, n_after: Floats | int, alpha: float, best_at: float) -> Any:
    """How far the comparison is, in the mixture's own time: rho² t of the source."""
    wide = -2 * math.log(alpha)
    return n_before * n_after / (n_before + n_after) * (wide + math.log(wide + 1)) / best_at


def rate_bounds(count: int, n: int, alpha: float = 0.05) -> tuple[float, float]:
    """Bounds of a rate that hold at all times; exact, O(1).

    The rates at which a beta-binomial mixture is not yet 1/alpha times as likely as the rate itself.
    """
    if n == 0:
        return 0.0, 1.0
    mixture = (
        math.lgamma(count + 0.5) + math.lgamma(n - count + 0.5) - math.lgamma(n + 1) - 2 * math.lgamma(0.5)
    ) + math.log(alpha)

    def is_out(rate: float) -> bool:
        return _log(rate, count) + _log(1 - rate, n - count) < mixture

    middle = count / n
    return _edge(is_out, 0.0, middle), _edge(is_out, 1.0, middle)


def _log(rate: float, times: int) -> float:
    return 0.0 if times == 0 else -math.inf if rate <= 0 else times * math.log(rate)


def _edge(is_out: Callable[[float], bool], outer: float, inner: float) -> float:
    if not is_out(outer):
        return outer
    for _ in range(_BISECTIONS):
        middle = (outer + inner) / 2
        outer, inner = (middle, inner) if is_out(middle) else (outer, middle)
    return outer


def rate_difference(count_before: int, n_before: int, count_after: int, n_after: int, *, alpha: float = 0.05) -> Sure:
    """The difference of two rates, with bounds that hold at all times. `p_value` is alpha where they leave 0 outside.

    Each side's bounds hold exactly; together they are as those of two independent intervals.
    """
    each = min(_ALPHA_OF_A_SIDE * alpha, 0.5)
    low_b, high_b = rate_bounds(count_before, n_before, each)
    low_a, high_a = rate_bounds(count_after, n_after, each)
    before = count_before / n_before if n_before else 0.5
    after = count_after / n_after if n_after else 0.5
    low = after - before - math.hypot(after - low_a, high_b - before)
    high = after - before + math.hypot(high_a - after, before - low_b)
    return Sure(after - before, low, high, 1.0 if low <= 0 <= high else alpha)


def first_sure(before: Floats, after: Floats, *, alpha: float = 0.05, inflation: float = 1.0) -> int | None:
    """After how many values of the new side the means were known to differ; None if they are not. O(n)."""
    known = Moments.of(before)
    if known.n < LEAST_RUNS or after.size < LEAST_RUNS:
        return None
    n = np.arange(1, after.size + 1, dtype=np.float64)
    means = np.cumsum(after) / n
    variances = np.maximum(np.cumsum(np.square(after - after.mean())) / n - np.square(means - after.mean()), 0)
    variances *= n / np.maximum(n - 1, 1)
    squares = np.maximum(inflation * (known.variance / known.n + variances / n), 1e-300)
    looked = _looked(known.n, n, alpha, _BEST_AT)
    halves = np.sqrt(squares * (1 + 1 / looked) * 2 * np.log(np.sqrt(looked + 1) / alpha))
    sure = np.flatnonzero(np.abs(means - known.mean)[LEAST_RUNS - 1 :] > halves[LEAST_RUNS - 1 :])
    return int(sure[0]) + LEAST_RUNS if sure.size else None
