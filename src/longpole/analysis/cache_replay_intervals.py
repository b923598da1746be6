"""How sure a hit rate is, or what hits save: by stretches of time, as repetitions come in bursts.

Executions are not independent: one of them repeated tells that the next will
be as well. Drawn one by one they would promise more than there is; drawn by
stretch they do not.

Invariant: the estimate lies within its bounds, and is that of all executions.

Upstream: `advice`. Downstream: nothing. Source: Künsch, "The jackknife and the bootstrap for general stationary
observations", Annals of Statistics 17 (1989).
"""

import numpy as np
from numpy.typing import NDArray

from longpole.analysis.intervals import Interval

Floats = NDArray[np.float64]

_BLOCKS, _RESAMPLES = 48, 1_000
_BOUNDS = (2.5, 97.5)


def block_mean(values: Floats, seed: int = 0) -> Interval:
    """The mean of values in order of time, with bounds: a bootstrap of 48 stretches of equally many. 0 of none."""
    if not values.size:
        return Interval(0.0, 0.0, 0.0)
    cuts = np.unique(np.linspace(0, values.size, min(_BLOCKS, values.size) + 1).astype(np.int64))
    sums, counts = np.add.reduceat(values, cuts[:-1]), np.diff(cuts)
    drawn = np.random.default_rng(seed).integers(0, sums.size, (_RESAMPLES, sums.size))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.percentile(means, _BOUNDS)
    value = float(values.mean())
    return Interval(value, min(float(low), value), max(float(high), value))
