"""The segmentation of a series into levels that leaves the least squares, each level costing a penalty.

Exact: no other segmentation costs less. Candidates that can never win again
are dropped on the way (PELT); what is left of them is compared at once.

Upstream: `changepoints`. Source: Killick, Fearnhead and Eckley (JASA 2012), algorithm 2.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def optimal_segments(values: Floats, penalty: float, least_points: int) -> list[int]:
    """Where segments begin, the first one (at 0) left out. O(n²) at worst, O(n) where steps come regularly.

    Args:
        values: float64 of shape (n,), all known.
        penalty: What a further segment costs, in the unit of squares.
        least_points: No segment is shorter.
    """
    count = values.size
    sums = np.concatenate([[0.0], np.cumsum(values)])
    squares = np.concatenate([[0.0], np.cumsum(values * values)])
    best = np.full(count + 1, np.inf)
    best[0] = -penalty
    before = np.zeros(count + 1, dtype=np.int64)
    candidates = np.zeros(1, dtype=np.int64)
    for end in range(least_points, count + 1):
        length = end - candidates
        total = sums[end] - sums[candidates]
        costs = best[candidates] + (squares[end] - squares[candidates]) - total * total / length
        place = int(np.argmin(costs))
        best[end] = costs[place] + penalty
        before[end] = candidates[place]
        kept = candidates[costs <= best[end]]
        newest = end - least_points + 1
        candidates = np.append(kept, newest) if newest >= least_points else kept
    return _walk_back(before, count)


def _walk_back(before: NDArray[np.int64], count: int) -> list[int]:
    starts = []
    place = int(before[count])
    while place > 0:
        starts.append(place)
        place = int(before[place])
    return starts[::-1]
