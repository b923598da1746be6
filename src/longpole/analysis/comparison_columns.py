"""What one figure needs of one side: values with weights, or a histogram, and how much they are worth.

Where both sides are weighted to the same traffic, each class of runs counts as
much on both: as the mean of its shares on the two sides. Runs that came
together are alike (a provider's bad hour); where the data show that, they are
worth fewer.

Invariant: with weights that are all equal, figures are those of the plain values.

Upstream: `comparison`. Downstream: `confidence`. Source: post-stratification: Cochran, "Sampling Techniques", 1977,
§5A.9; influence of a run on a quantile: Woodruff, JASA 47, 1952; runs in blocks: Kish, "Survey Sampling", 1965, ch. 5.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from longpole.analysis.confidence import Mean, Proportion, Quantile
from longpole.analysis.sketch import Sketch, bucket_bound

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_MOST_GAIN = 4.0
"""Strata that explain much make runs worth more, up to so much."""
LEAST_BLOCKS = 12
_CLASSES_COST = 0.3


class Column(Protocol):
    """A quantity of one side's runs."""

    @property
    def n(self) -> int:
        """Of how many runs it is known."""
        ...

    def quantile(self, q: float, worth: float) -> Quantile:
        """The quantile `q`, each run being worth `worth` independent ones."""
        ...

    def mean(self, worth: float) -> Mean:
        """The mean."""
        ...

    def proportion(self, worth: float) -> Proportion:
        """The mean of what is 0 or 1."""
        ...


@dataclass(frozen=True)
class Values:
    """Known values of runs, in any order.

    Attributes:
        strata: The class of each run, 0 and up.
        targets: How much each class counts; they sum to 1.
        amounts: How much each run counts within its class (nodes, of a hit rate).
    """

    values: Floats
    strata: Ints
    targets: Floats
    amounts: Floats

    @property
    def n(self) -> int:
        """How many there are."""
        return int(self.values.size)

    @cached_property
    def _sizes(self) -> Floats:
        return np.bincount(self.strata, minlength=self.targets.size).astype(np.float64)

    @cached_property
    def weights(self) -> Floats:
        """Of each run; they sum to 1."""
        own = (self.targets / np.maximum(self._sizes, 1))[self.strata] * self.amounts
        total = float(own.sum())
        weights: Floats = own / total if total > 0 else np.full(self.n, 1 / max(self.n, 1))
        return weights

    @cached_property
    def _sorted(self) -> tuple[Floats, Floats]:
        order = np.argsort(self.values, kind="stable")
        weights = self.weights[order]
        return np.cumsum(weights) - weights / 2, self.values[order]

    @cached_property
    def _kish(self) -> float:
        return 1 / float(np.square(self.weights).sum())

    @cached_property
    def average(self) -> float:
        """The weighted mean; not beyond the values, whatever sums are rounded to."""
        found = float((self.weights * self.values).sum())
        return min(max(found, float(self.values.min())), float(self.values.max()))

    def quantile_value(self, q: float) -> float:
        """The weighted quantile."""
        return float(np.interp(q, *self._sorted))

    def quantile(self, q: float, worth: float) -> Quantile:
        """The quantile `q`."""
        if self.targets.size < 2:  # noqa: PLR2004 - no classes
            return Quantile(q, *self._sorted, self._kish * worth)
        below = (self.values <= self.quantile_value(q)).astype(np.float64)
        chance = q * (1 - q)
        variance, _ = self._variance(below)
        return Quantile(q, *self._sorted, chance / max(variance, chance / (_MOST_GAIN * self.n)) * worth)

    def mean(self, worth: float) -> Mean:
        """The weighted mean, with the error that classes leave."""
        if self.n < 2:  # noqa: PLR2004 - one says nothing of how values differ
            return Mean(self.average, math.inf, 1.0, 1.0)
        influence = (self.values - self.average) * self.amounts / self._mean_amount
        variance, freedom = self._variance(influence)
        return Mean(self.average, math.sqrt(variance / worth), self._kish * worth, freedom * worth)

    def proportion(self, worth: float) -> Proportion:
        """The weighted share of ones."""
        return Proportion(min(max(self.average, 0.0), 1.0), self._kish * worth)

    @property
    def _mean_amount(self) -> float:
        return float((self.amounts * (self.targets / np.maximum(self._sizes, 1))[self.strata]).sum())

    def _variance(self, influence: Floats) -> tuple[float, float]:
        """Of the sum over classes of each one's mean, and its degrees of freedom.

        Somewhat more where classes are small: how they are cut follows the same runs.
        """
        sizes = np.maximum(self._sizes, 1)
        means = np.bincount(self.strata, influence, self.targets.size) / sizes
        squares = np.bincount(self.strata, np.square(influence - means[self.strata]), self.targets.size)
        parts = self.targets**2 * squares / np.maximum(sizes - 1, 1) / sizes
        within = float(parts.sum())
        if self.targets.size < 2:  # noqa: PLR2004 - no classes
            return within, self.n - 1.0
        freedom = (
            within**2 / max(float((parts**2 / np.maximum(sizes - 1, 1)).sum()), 1e-300) if within else self.n - 1.0
        )
        return within * (1 + _CLASSES_COST * self.targets.size / self.n), min(freedom, self.n - 1.0)


@dataclass(frozen=True)
class Histogram:
    """Values of which only a sketch is kept; `unit` of its whole numbers make one of the figure's.

    With `beside` the values are sums of two quantities; only their mean is known then.
    """

    sketch: Sketch
    unit: float = 1.0
    beside: Sketch | None = None

    @property
    def n(self) -> int:
        """How many there are."""
        return self.sketch.count

    @cached_property
    def _function(self) -> tuple[Floats, Floats]:
        """Shares and values at the bounds of buckets, between which values lie evenly."""
        held = self.sketch
        upto = np.concatenate([[0.0], np.cumsum(held.counts)]) + held.zeros
        low = np.array([bucket_bound(int(each)) for each in held.indices])
        high = np.array([bucket_bound(int(each) + 1) for each in held.indices])
        shares = np.column_stack([upto[:-1], upto[1:]]).ravel() / held.count
        values = np.clip(np.column_stack([low, high]).ravel(), held.least, held.greatest)
        if held.zeros:
            shares = np.concatenate([[0.0, held.zeros / held.count], shares])
            values = np.concatenate([[0.0, 0.0], values])
        return shares, values / self.unit

    def quantile(self, q: float, worth: float) -> Quantile:
        """The quantile `q`, right to a bucket."""
        return Quantile(q, *self._function, self.n * worth)

    def mean(self, worth: float) -> Mean:
        """The exact mean; its error is at most this, where two quantities are summed."""
        parts = [each for each in (self.sketch, self.beside) if each is not None and each.count]
        mean = sum(each.mean or 0.0 for each in parts) / self.unit
        deviation = sum(each.stddev or 0.0 for each in parts) / self.unit
        error = deviation / math.sqrt((self.n - 1) * worth) if self.n > 1 else math.inf
        return Mean(mean, error, self.n * worth, self.n * worth)

    def proportion(self, worth: float) -> Proportion:
        """The share of ones."""
        return Proportion(min((self.sketch.mean or 0.0) / self.unit, 1.0), self.n * worth)


def same_strata(a: Ints, b: Ints, classes: int) -> tuple[Ints, Ints, Floats]:
    """Classes that both sides have two runs of, numbered anew (-1: none of these), and how much each counts."""
    of_a = np.bincount(a[a >= 0], minlength=classes).astype(np.float64)
    of_b = np.bincount(b[b >= 0], minlength=classes).astype(np.float64)
    kept = (of_a >= 2) & (of_b >= 2)  # noqa: PLR2004 - one says nothing of how values differ
    number = np.append(np.where(kept, np.cumsum(kept) - 1, -1), -1)
    of_a, of_b = of_a[kept], of_b[kept]
    if not of_a.size:
        return number[a], number[b], np.zeros(0)
    return number[a], number[b], (of_a / of_a.sum() + of_b / of_b.sum()) / 2


def worth_of_runs(blocks: Ints, influence: Floats) -> float:
    """How many independent runs one is worth: 1, or less where runs of the same time go the same way.

    Args:
        blocks: The stretch of time of each run, of both sides.
        influence: How far each moves the difference.
    """
    sums = np.bincount(blocks, influence)
    sums = sums[np.bincount(blocks) > 0]
    alone = float(np.square(influence).sum())
    if sums.size < LEAST_BLOCKS or alone <= 0:
        return 1.0
    effect = float(np.square(sums).sum()) / alone * sums.size / (sums.size - 1)
    return 1 / effect if effect > 1 + 1.5 * math.sqrt(2 / sums.size) else 1.0
