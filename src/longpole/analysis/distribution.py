"""Half of the runs were faster than the p50, and 95 of 100 faster than the p95: what single numbers can say of many.

Percentiles interpolate linearly between order statistics, so that the p50 of 1
and 2 is 1.5 and a single value is every percentile of itself.

Invariant: min ≤ p50 ≤ p95 ≤ p99 ≤ max, and min ≤ avg ≤ max; the order of the
values makes no difference.

Upstream: `store.period_reads` reads the values. Downstream: `services.performance`.
Source: Hyndman and Fan, "Sample quantiles in statistical packages", The
American Statistician 50 (1996), definition 7.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_PERCENTS = (50, 95, 99)


@dataclass(frozen=True, slots=True)
class Distribution:
    """Single numbers of many values, in the values' unit. `stddev` is that of the values themselves (population)."""

    count: int
    total: float
    avg: float
    min: float
    max: float
    stddev: float
    p50: float
    p95: float
    p99: float


def distribution(values: NDArray[np.float64]) -> Distribution | None:
    """The distribution of `values`, of which those that are not a number are unknown; None where none is known.

    O(n log n).
    """
    known = np.sort(values[~np.isnan(values)])  # sorted, so that sums do not depend on the order that they came in
    if known.size == 0:
        return None
    lowest, highest = float(known[0]), float(known[-1])
    total = float(known.sum())
    average = min(max(total / known.size, lowest), highest)  # the sum is rounded: the mean must not leave the range
    p50, p95, p99 = (float(value) for value in np.percentile(known, _PERCENTS))
    return Distribution(
        count=int(known.size),
        total=total,
        avg=average,
        min=lowest,
        max=highest,
        stddev=float(np.sqrt(np.square(known - average).mean())),
        p50=p50,
        p95=p95,
        p99=p99,
    )
