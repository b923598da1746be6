"""How often something happens, how sure that is, and whether it comes at random, in clusters, or since some time.

A share of few is a wide range. Failures that come one by one are another thing
than failures that come in a row: the next try helps with the former only.

Invariant: an interval holds the share that it is of, and lies within 0 to 1.

Upstream: `retry_figures`, `error_clusters`. Downstream: rules. Source: Wilson,
"Probable inference…", JASA 1927; Wald & Wolfowitz, "On a test whether two
samples are from the same population", 1940 (runs); Hinkley & Hinkley,
"Inference about the change-point in a sequence of binomial variables", 1970.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
Z95 = 1.959964
_CERTAIN = 24.0
"""Twice the log-likelihood that a change of rate must explain. The best of a thousand splits of a steady rate
exceeds it about once in 3,000 sequences."""


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `n`, with 95 % bounds of what it is a sample of."""

    count: int
    n: int
    low: float
    high: float

    @property
    def ratio(self) -> float:
        """0–1; 0 of none."""
        return self.count / self.n if self.n else 0.0


def share(count: int, n: int, z: float = Z95) -> Share:
    """Wilson's interval: holds for few and for rare, where plus and minus two deviations do not."""
    if n == 0:
        return Share(0, 0, 0.0, 1.0)
    ratio = count / n
    low, high = wilson(ratio, n, z)
    low = 0.0 if count == 0 else max(low, 0.0)
    return Share(count, n, min(low, ratio), 1.0 if count == n else max(min(high, 1.0), ratio))


def wilson(ratio: float, n: float, z: float = Z95) -> tuple[float, float]:
    """The bounds themselves, of a ratio (0–1) of so many, which need not be a whole number where they have weights."""
    square = z * z / n
    centre = (ratio + square / 2) / (1 + square)
    half = math.sqrt(ratio * (1 - ratio) * square + square * square / 4) / (1 + square)
    return centre - half, centre + half


def difference_z(count_a: int, n_a: int, count_b: int, n_b: int) -> float:
    """How many deviations the share of a lies above that of b; 0 where there is nothing to compare."""
    if not n_a or not n_b:
        return 0.0
    pooled = (count_a + count_b) / (n_a + n_b)
    spread = math.sqrt(pooled * (1 - pooled) * (1 / n_a + 1 / n_b))
    return (count_a / n_a - count_b / n_b) / spread if spread else 0.0


@dataclass(frozen=True, slots=True)
class RateChange:
    """From place `at` on the rate is another one."""

    at: int
    before: Share
    after: Share


def rate_change(flags: Flags) -> RateChange | None:
    """Where the rate of a sequence of yes and no changed, if it did once; None where it is one rate. O(n)."""
    n = flags.size
    if n < 20 or not flags.any() or flags.all():  # noqa: PLR2004 - fewer tell nothing
        return None
    found = np.cumsum(flags, dtype=np.int64)
    total = int(found[-1])
    at = np.arange(1, n)
    gain = 2 * (_likelihood(found[:-1], at) + _likelihood(total - found[:-1], n - at) - _likelihood(total, n))
    best = int(np.argmax(gain))
    if gain[best] < _CERTAIN:
        return None
    split, before = best + 1, int(found[best])
    return RateChange(split, share(before, split), share(total - before, n - split))


def _likelihood(count: NDArray[np.int64] | int, n: NDArray[np.int64] | int) -> NDArray[np.float64]:
    """The log-likelihood of `count` of `n` at their own rate."""
    yes, of = np.asarray(count, float), np.asarray(n, float)
    rate = np.clip(yes / of, 1e-12, 1 - 1e-12)
    found: NDArray[np.float64] = yes * np.log(rate) + (of - yes) * np.log1p(-rate)
    return found


def clustering_z(flags: Flags) -> float:
    """By how many deviations there are fewer changes between yes and no than at random; above 3 they come in rows."""
    n, yes = flags.size, int(np.count_nonzero(flags))
    no = n - yes
    if not yes or not no or n < 10:  # noqa: PLR2004 - fewer tell nothing
        return 0.0
    rows = 1 + int(np.count_nonzero(flags[1:] != flags[:-1]))
    expected = 2 * yes * no / n + 1
    spread = (expected - 1) * (expected - 2) / (n - 1)
    return (expected - rows) / math.sqrt(spread) if spread > 0 else 0.0
