"""Whether some executions of a node are another kind than the rest: a cold start, a time that somebody waits out.

    usual  ▂▅█▇▅▂▁                        two heaps with nothing between them: a cause that can be found;
    slow                 ▁▂▃▂▁            a long slope is chance at work

Invariant: nothing depends on the unit of the durations or their order.

Upstream: columns of node executions. Downstream: `advice.slow_nodes`. Source:
the separation of Ashman et al., "Detecting bimodality in astronomical
datasets", 1994 (D > 2), on logarithms, with the split that makes most of it.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from longpole.analysis.drivers import median_bounds

Floats = NDArray[np.float64]
_Z95 = 1.96
_SEPARATION = 2.4
"""Distance of the means over the sum of the deviations. One lognormal heap, split where it looks best, reaches 1.9."""
_LEAST_TIMES = 2.0
_ROUND_SECONDS = (0.5, 1, 2, 3, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600)


@dataclass(frozen=True, slots=True)
class SlowMode:
    """Durations above `threshold` are a kind of their own.

    Attributes:
        share: Of all executions (0–1).
        usual_median, slow_median: Of either kind, in the durations' unit.
        separation: How far the two are apart, in deviations.
        n: Executions, `slow_n` of them slow.
    """

    threshold: float
    share: float
    usual_median: float
    slow_median: float
    separation: float
    n: int
    slow_n: int


def slow_mode(durations: Floats, least: int = 10) -> SlowMode | None:
    """The slow kind, where there is one: 3 to 45 % of them and at least `least`, twice as slow. O(n log n).

    The last few of a long slope can look like a heap, a thirtieth of it cannot.
    """
    ordered = np.sort(durations[durations > 0])
    n = ordered.size
    least = max(least, math.ceil(0.03 * n))
    first = max(math.ceil(n * 0.55), least)
    if n - least < first:
        return None
    logs = np.log(ordered)
    logs -= logs.mean()  # for the sums of squares
    usual = np.arange(first, n - least + 1)  # how many are usual
    separation = _separations(logs, usual)
    best = int(np.argmax(separation))
    count = int(usual[best])
    usual_median, slow_median = float(np.median(ordered[:count])), float(np.median(ordered[count:]))
    if separation[best] < _SEPARATION or slow_median < _LEAST_TIMES * usual_median:
        return None
    threshold = math.sqrt(float(ordered[count - 1]) * float(ordered[count]))
    return SlowMode(threshold, (n - count) / n, usual_median, slow_median, float(separation[best]), n, n - count)


def _separations(logs: Floats, usual: NDArray[np.int64]) -> Floats:
    """Between the first `usual` and the rest, for each of them; two hundredths are always allowed for."""
    sums, squares = np.cumsum(logs), np.cumsum(logs * logs)
    rest = logs.size - usual
    low, high = sums[usual - 1] / usual, (sums[-1] - sums[usual - 1]) / rest
    spread_low = np.sqrt(np.maximum(squares[usual - 1] / usual - low * low, 0))
    spread_high = np.sqrt(np.maximum((squares[-1] - squares[usual - 1]) / rest - high * high, 0))
    found: Floats = (high - low) / (spread_low + spread_high + 0.02)
    return found


@dataclass(frozen=True, slots=True)
class Tail:
    """How much longer the slowest twentieth takes.

    Attributes:
        ratio: The 95th percentile over the median.
        surely: The lower bound (95 %) of the former over the upper one of the latter.
        lean: How much further, in logarithms, the 95th lies above the median than the 5th below it: 1 is a lognormal.
        median, p95: In the durations' unit.
    """

    ratio: float
    surely: float
    lean: float
    median: float
    p95: float
    n: int


def tail(durations: Floats) -> Tail | None:
    """None of fewer than 60."""
    known = durations[durations > 0]
    if known.size < 60:  # noqa: PLR2004 - three in the slowest twentieth
        return None
    low, median, high = (float(value) for value in np.quantile(known, (0.05, 0.5, 0.95)))
    lean = math.log(high / median) / max(math.log(median / low), 0.01)
    ordered, n = np.sort(known), known.size
    least_high = ordered[max(math.floor(0.95 * n - _Z95 * math.sqrt(0.95 * 0.05 * n)), 0)]
    surely = float(least_high) / median_bounds(known)[2]
    return Tail(high / median, surely, lean, median, high, int(n))


def round_seconds(durations_s: Floats) -> float | None:
    """The round number of seconds that durations lie at or just above, as if somebody waited it out; None where none.

    Half of them lie within 3 % above it, or within the usual time of what comes after it.
    """
    median = float(np.median(durations_s))
    low = float(np.quantile(durations_s, 0.05))
    for number in _ROUND_SECONDS:
        if number * 0.995 <= low and median <= number * 1.1:
            return float(number)
    return None
