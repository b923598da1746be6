"""How far apart two figures are, with bounds that hold as often as they say, and how sure that is.

    a   ──────●──            bounds of a quantile are values of the runs themselves (order statistics)
    b        ───●────────    bounds of b − a: from the distances to a's and to b's own (MOVER)

Nothing is assumed of how values are distributed. Where a quantile has too few
runs beyond it, its bound is infinite: that is all that can be said.

Invariant: with the sides in each other's place the bounds change sign, and nothing else.

Upstream: `comparison`. Source: order statistics: David and Nagaraja, "Order Statistics", 2003, §7.1, by weights as in
Woodruff, JASA 47, 1952; the binomial's quantile by Cornish and Fisher, 1938; MOVER: Zou and Donner, Statistics in
Medicine 27, 2008; shares: Newcombe, ibid. 17, 1998; means: Welch, 1947; Student's t as a normal deviate: Wallace, 1959;
Holm, 1979; Benjamini and Hochberg, 1995; looking often: `sequential`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from longpole.analysis.sequential import Moments, mean_difference

Floats = NDArray[np.float64]

Z95 = 1.959964
_MOST_Z = 8.0
_DEVIATIONS: Floats = np.linspace(0.0, _MOST_Z, 401)
_BEST_AT = 500.0
"""Looks are sharpest at a thousand runs a side."""


@dataclass(frozen=True, slots=True)
class Shift:
    """How far b lies from a.

    Attributes:
        value: `b − a`, or of a ratio its logarithm.
        low, high: 95 % bounds; infinite where runs are too few to say.
        p_value: How likely so much is where nothing differs.
    """

    value: float
    low: float
    high: float
    p_value: float

    def exponential(self) -> "Shift":
        """Of logarithms: the ratio."""
        low = math.exp(self.low) if math.isfinite(self.low) else -math.inf
        return Shift(math.exp(self.value), low, _exp(self.high), self.p_value)


class Estimate(Protocol):
    """A figure of one side, and its own bounds by how many deviations off they are."""

    @property
    def value(self) -> float:
        """The figure."""
        ...

    @property
    def n(self) -> float:
        """How many independent runs it is worth."""
        ...

    def bounds(self, z: Floats, beside: float) -> tuple[Floats, Floats]:
        """The lower and the upper bound for each of `z`; `beside`: how many runs the other side's is worth."""
        ...


@dataclass(frozen=True, slots=True)
class Quantile:
    """The quantile `q` of n runs. Its function is known at some `shares`, ascending, by the values there."""

    q: float
    shares: Floats
    values: Floats
    n: float

    @property
    def value(self) -> float:
        """The quantile."""
        return float(np.interp(self.q, self.shares, self.values))

    def bounds(self, z: Floats, beside: float) -> tuple[Floats, Floats]:
        """Values between which it lies: those at the shares that so many runs may have by chance.

        Where not even the greatest value need lie above the quantile, nothing bounds it there.
        """
        middle = self.value
        spare = self.n / (self.n + beside)
        low, high = (self._at(self.q + _ranks(z * sign, self.q, self.n, spare) / self.n) for sign in (-1, 1))
        log_tail = _log_tail(z)
        low = np.where(self.n * math.log(1 - self.q) > log_tail, -np.inf, np.minimum(low, middle))
        high = np.where(self.n * math.log(self.q) > log_tail, np.inf, np.maximum(high, middle))
        return np.minimum.accumulate(low), np.maximum.accumulate(high)

    def _at(self, shares: Floats) -> Floats:
        found = np.interp(shares, self.shares, self.values)
        return np.where(shares <= 0, -np.inf, np.where(shares >= 1, np.inf, found))

    def logarithm(self) -> "Quantile":
        """The same of the values' logarithms; they are above 0."""
        return Quantile(self.q, self.shares, np.log(np.maximum(self.values, np.finfo(np.float64).tiny)), self.n)


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean, its standard error, and of how many degrees of freedom that is known."""

    value: float
    error: float
    n: float
    freedom: float

    def bounds(self, z: Floats, _beside: float) -> tuple[Floats, Floats]:
        """As many standard errors away, by Student's distribution."""
        if not math.isfinite(self.error):
            return np.full(z.size, -np.inf), np.full(z.size, np.inf)
        reach = student(z, max(self.freedom, 1.0)) * self.error
        return self.value - reach, self.value + reach

    def logarithm(self) -> "Mean":
        """Of a mean above 0: its logarithm."""
        return Mean(math.log(self.value), self.error / self.value, self.n, self.freedom)


@dataclass(frozen=True, slots=True)
class Proportion:
    """A share of `n`, 0 to 1."""

    value: float
    n: float

    def bounds(self, z: Floats, _beside: float) -> tuple[Floats, Floats]:
        """Wilson's: they hold for rare things too."""
        square = z * z / self.n
        centre = (self.value + square / 2) / (1 + square)
        half = np.sqrt(self.value * (1 - self.value) * square + square * square / 4) / (1 + square)
        return np.minimum(centre - half, self.value), np.maximum(centre + half, self.value)


def shift(a: Estimate, b: Estimate, *, repeated: bool = False) -> Shift:
    """How far b lies from a, with 95 % bounds.

    Args:
        a: One side.
        b: The other.
        repeated: The bounds and the p-value hold at all times of a comparison that is looked at again and again.
    """
    value = b.value - a.value
    low, high = _mover(a, b, _DEVIATIONS)
    z = looks(a.n, b.n) if repeated else Z95
    outside = low if value > 0 else -high
    if value == 0:
        p_value = 1.0
    else:
        reached = _deviations_to_zero(outside)
        p_value = looks_p(reached, a.n, b.n) if repeated else math.erfc(reached / math.sqrt(2))
    return Shift(value, _at(low, z, -math.inf), _at(high, z, math.inf), p_value)


def _mover(a: Estimate, b: Estimate, z: Floats) -> tuple[Floats, Floats]:
    (low_a, high_a), (low_b, high_b) = a.bounds(z, b.n), b.bounds(z, a.n)
    value = b.value - a.value
    return (
        value - np.hypot(b.value - low_b, high_a - a.value),
        value + np.hypot(high_b - b.value, a.value - low_a),
    )


def _at(bounds: Floats, z: float, beyond: float) -> float:
    if z > _MOST_Z:
        return beyond
    place = z / _MOST_Z * (bounds.size - 1)
    before, after = bounds[math.floor(place)], bounds[math.ceil(place)]
    if not math.isfinite(after):
        return float(after)
    return float(before + (after - before) * (place - math.floor(place)))


def _deviations_to_zero(outside: Floats) -> float:
    """The deviations at which a bound, that falls from above 0, gets there."""
    below = np.flatnonzero(outside <= 0)
    if below.size == 0:
        return _MOST_Z
    place = int(below[0])
    if place == 0:
        return 0.0
    before, after = float(outside[place - 1]), float(outside[place])
    part = before / (before - after) if math.isfinite(after) else 0.0
    return float(_DEVIATIONS[place - 1] + (_DEVIATIONS[1] - _DEVIATIONS[0]) * part)


def _ranks(z: Floats, q: float, n: float, spare: float) -> Floats:
    """How many ranks from its own a quantile's bound is: as far off as a binomial is at normal deviates `z`.

    By `spare` less (half a rank beside as many runs, none beside few), since distances are squared when two are
    put together: the square of k random spacings is on average that of k + ½ average ones.
    """
    spread = math.sqrt(n * q * (1 - q))
    skew, tail = (1 - 2 * q) / spread, (1 - 6 * q * (1 - q)) / spread**2
    bent = z + (z**2 - 1) * skew / 6 + (z**3 - 3 * z) * tail / 24 - (2 * z**3 - 5 * z) * skew**2 / 36
    ranks = bent * spread
    found: Floats = np.sign(ranks) * (np.sqrt(ranks**2 + spare**2) - spare)
    return found


def _log_tail(z: Floats) -> Floats:
    """The logarithm of how likely a normal deviate above each of `z` is."""
    return _LOG_TAILS if z is _DEVIATIONS else _log_tails(z)


def _log_tails(z: Floats) -> Floats:
    found: Floats = np.log(np.array([math.erfc(each / math.sqrt(2)) / 2 for each in z.tolist()]))
    return found


_LOG_TAILS = _log_tails(_DEVIATIONS)


def student(z: Floats, freedom: float) -> Floats:
    """Student's deviates that are as unlikely as normal ones."""
    scaled = z * (8 * freedom + 3) / (8 * freedom + 1)
    found: Floats = np.sqrt(freedom * np.expm1(np.minimum(scaled**2 / freedom, 700.0)))
    return found


def looks(n_a: float, n_b: float) -> float:
    """How many deviations 95 % bounds must be off to hold at every look, however many there are."""
    of_a, of_b, deviation = _standard(n_a, n_b)
    found = mean_difference(Moments(of_a, 0.0, 1.0), Moments(of_b, 0.0, 1.0), best_at=_BEST_AT)
    return math.inf if found is None else found.high / deviation


def looks_p(z: float, n_a: float, n_b: float) -> float:
    """How likely it is that so many deviations are ever seen where nothing differs."""
    of_a, of_b, deviation = _standard(n_a, n_b)
    found = mean_difference(Moments(of_a, 0.0, 1.0), Moments(of_b, z * deviation, 1.0), best_at=_BEST_AT)
    return 1.0 if found is None else found.p_value


def _standard(n_a: float, n_b: float) -> tuple[int, int, float]:
    of_a, of_b = max(round(n_a), 1), max(round(n_b), 1)
    return of_a, of_b, math.sqrt(1 / of_a + 1 / of_b)


def holm(p_values: Sequence[float]) -> list[float]:
    """Each as it is where all are looked at: at most `alpha` of them makes one mistake in `alpha` of all cases."""
    order = sorted(range(len(p_values)), key=lambda place: p_values[place])
    found, most = [1.0] * len(p_values), 0.0
    for rank, place in enumerate(order):
        most = max(most, min(p_values[place] * (len(p_values) - rank), 1.0))
        found[place] = most
    return found


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Each as it is where all are looked at: of those up to `alpha`, no more than `alpha` are mistakes."""
    order = sorted(range(len(p_values)), key=lambda place: -p_values[place])
    found, least = [1.0] * len(p_values), 1.0
    for place, rank in zip(order, range(len(p_values), 0, -1), strict=True):
        least = min(least, p_values[place] * (len(p_values) / rank))
        found[place] = least
    return found


def ratio_mismatch_p(n_a: int, n_b: int, expected_share: float) -> float:
    """How likely it is that chance alone made the sides so unequal; `expected_share` (0–1) was meant for a."""
    runs = n_a + n_b
    if not runs:
        return 1.0
    off = n_a - runs * expected_share
    return math.erfc(abs(off) / math.sqrt(2 * runs * expected_share * (1 - expected_share)))


def _exp(value: float) -> float:
    return math.exp(value) if value < 700 else math.inf  # noqa: PLR2004 - more is no float
