"""How far a figure of a few hundred runs may be from that of all: runs drawn again, with what they would have taken.

A change is judged by pairs: each run as it was, and the same run as it would
have been. Both are drawn together, so that what differs between runs (their
inputs) does not blur what differs between the two.

Invariant: where nothing changed the bounds are the baseline itself; the same
values and the same seed give the same bounds.

Upstream: `what_if`, rules. Source: Efron and Tibshirani, "An introduction to the
bootstrap", 1993, percentile intervals; quantiles as in `distribution` (Hyndman
and Fan's definition 7), weights taken as frequencies.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from longpole.analysis.intervals import Interval
from longpole.domain.what_if import Shift

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

RESAMPLES: Final = 500
_BOUNDS: Final = (2.5, 97.5)
_MEAN: Final = "mean"
_CELLS_AT_A_TIME: Final = 4_000_000  # draws times values: some 30 MB
_MOST_DRAWN: Final = 2_000
"""Of more values groups are drawn: the bounds of a mean are the same, and a million values take no minute."""


def paired_shift(
    baseline_s: ArrayLike,
    expected_s: ArrayLike,
    statistic: str,
    weights: ArrayLike | None = None,
    seed: int = 0,
    *,
    resamples: int = RESAMPLES,
) -> Shift:
    """A figure of runs as they were and as they would have been. O(n · resamples), vectorised.

    Args:
        baseline_s: What each run took, in seconds.
        expected_s: What the same run would have taken.
        statistic: `mean`, or a percentile: `p50`, `p95`, `p99.9`.
        weights: How many runs each one stands for; None: one.
        seed: Of the draws.
        resamples: How often all runs are drawn anew.

    Returns:
        The figure with 95 % bounds of what it would have been, given what it was.

    Raises:
        ValueError: There are no runs, they are no pairs, or there is no such statistic.
    """
    before, after = _floats(baseline_s), _floats(expected_s)
    weight = np.ones(before.size) if weights is None else _floats(weights)
    if before.size == 0 or not before.size == after.size == weight.size:
        raise ValueError("as many runs before as after, and at least one")
    baseline, expected = figure(before, statistic, weight), figure(after, statistic, weight)
    moved = np.concatenate(
        [
            _figures(after, statistic, drawn) - _figures(before, statistic, drawn)
            for drawn in _draws(weight, resamples, seed)
        ]
    )
    least, most = float(after.min()), float(after.max())  # no figure of the runs leaves their range
    low, high = (min(max(baseline + float(bound), least), most) for bound in np.percentile(moved, _BOUNDS))
    return Shift(baseline, expected, min(low, expected), max(high, expected))


def mean_interval(values: ArrayLike, seed: int = 0, resamples: int = RESAMPLES) -> Interval:
    """The mean of `values` and 95 % bounds of it.

    Raises:
        ValueError: There are none.
    """
    known = _floats(values)
    if known.size == 0:
        raise ValueError("no values, no mean")
    sums, counts = _grouped(known, seed)
    means = np.concatenate([(drawn @ sums) / (drawn @ counts) for drawn in _draws(np.ones(sums.size), resamples, seed)])
    low, high = (float(bound) for bound in np.percentile(means, _BOUNDS))
    return Interval(float(known.mean()), low, high)


def _grouped(values: Floats, seed: int) -> tuple[Floats, Floats]:
    """Sums and sizes of groups of values, drawn by chance; of few values each is its own group."""
    if values.size <= _MOST_DRAWN:
        return values, np.ones(values.size)
    group = np.random.default_rng(seed).permutation(values.size) % _MOST_DRAWN
    return np.bincount(group, values).astype(np.float64), np.bincount(group).astype(np.float64)


def figure(values: Floats, statistic: str, weights: Floats) -> float:
    """`mean` or a percentile of weighted values; of equal weights the one of `distribution`."""
    if statistic == _MEAN:
        return float(np.average(values, weights=weights))
    share = percentile_share(statistic)
    order = np.argsort(values, kind="stable")
    ordered, count = values[order], values.size
    until = np.cumsum(weights[order]) * (count / weights.sum())
    place = share * (count - 1)
    slack = count * 1e-12  # sums of weights are rounded
    low = int(np.searchsorted(until - slack, np.floor(place) + 1 - 1e-9))
    high = int(np.searchsorted(until - slack, np.floor(place) + 2 - 1e-9))
    part = place - np.floor(place)
    least, most = ordered[min(low, count - 1)], ordered[min(high, count - 1)]
    return float(least + (most - least) * part)


def percentile_share(statistic: str) -> float:
    """The share (0–1) below a percentile that is named `p95`.

    Raises:
        ValueError: It is none.
    """
    try:
        percent = float(statistic.removeprefix("p"))
    except ValueError:
        percent = -1.0
    if not statistic.startswith("p") or not 0 <= percent <= 100:  # noqa: PLR2004 - per cent
        raise ValueError(f"{statistic!r} is no statistic: mean, p50, p95 …")
    return percent / 100


def _figures(values: Floats, statistic: str, drawn: Ints) -> Floats:
    """The figure of each row of `drawn`, which says how often each value was drawn."""
    count = values.size
    if statistic == _MEAN:
        return np.asarray(drawn @ values / count, dtype=np.float64)
    place = percentile_share(statistic) * (count - 1)
    order = np.argsort(values, kind="stable")
    until = np.cumsum(drawn[:, order], axis=1)
    ordered = values[order]
    below = int(np.floor(place))
    least = ordered[np.argmax(until > below, axis=1)]
    most = ordered[np.argmax(until > min(below + 1, count - 1), axis=1)]
    return np.asarray(least + (most - least) * (place - below), dtype=np.float64)


def _draws(weights: Floats, resamples: int, seed: int) -> Iterator[Ints]:
    """How often each value is drawn, a row per resample, some rows at a time."""
    source = np.random.default_rng(seed)
    share = weights / weights.sum()
    rows = max(1, _CELLS_AT_A_TIME // weights.size)
    for begun in range(0, resamples, rows):
        yield source.multinomial(weights.size, share, size=min(rows, resamples - begun)).astype(np.int64, copy=False)


def _floats(values: ArrayLike) -> Floats:
    return np.asarray(values, dtype=np.float64)
