"""The runs before a change, weighted as if they had had the traffic that came after it.

More long inputs, another branch or another time of day make runs slower without
anybody having changed anything. Runs are sorted into classes of what came in,
and each run before counts as often as its class is found after.

    before   small ●●●●●●●●  large ●●        weights: small ½, large 2
    after    small ●●●●      large ●●●●

A class that one side has too little of is widened (any hour, then neighbouring
sizes), never beyond a branch; what is still alone is left out and counted.

Upstream: `before_after`. Source: post-stratification, as in Cochran, "Sampling
Techniques", 1977, §5A.9; Imbens and Rubin, "Causal Inference", 2015, ch. 17.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_MOST_SIZES, _LEAST_SIZES, _RUNS_PER_SIZE = 32, 4, 20
_HOURS_PER_CLASS = 6
_LEAST = 5
"""Fewer runs of a class on a side say too little of it."""
_NS_PER_HOUR = 3_600_000_000_000
_ROUNDING = 1e-9
"""Sizes that spread by less are all the same: the mean of equals is off by a last digit."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """What came in, a place in every array per run: sizes of inputs (NaN: unknown), which way the run took, when."""

    end_ns: Ints
    size: Floats
    branch: Ints

    def __len__(self) -> int:
        return int(self.end_ns.size)


@dataclass(frozen=True, slots=True)
class Matched:
    """The class of each run, -1 where it has no counterpart on the other side.

    Attributes:
        classes: How many classes there are.
        coverage: The share (0–1) of the runs after that have a class.
        imbalance: By how many standard deviations sizes still differ, after weighting; 0 where none is known.
    """

    before: Ints
    after: Ints
    classes: int
    coverage: float
    imbalance: float


def matched(before: Traffic, after: Traffic) -> Matched:
    """Sort the runs of both sides into the same classes. O(n log n)."""
    here, there = np.full(len(before), -1), np.full(len(after), -1)
    count = 0
    for keys in _levels(before, after):
        count = _assign(keys[: len(before)], keys[len(before) :], here, there, count)
    covered = float((there >= 0).mean()) if len(after) else 0.0
    weights = weights_of(here, there, np.ones(len(before)), np.ones(len(after)), count)
    return Matched(here, there, count, covered, imbalance(before, after, weights, there))


def weights_of(before: Ints, after: Ints, times_before: Floats, times_after: Floats, classes: int) -> Floats:
    """How often each run before counts; `times_…` is how often it is there, as in a bootstrap.

    Returns:
        Weights that give each class the total that it has after; 0 for runs without a class.
    """
    have = np.bincount(before[before >= 0], times_before[before >= 0], classes)
    want = np.bincount(after[after >= 0], times_after[after >= 0], classes)
    factor = np.append(np.divide(want, have, out=np.zeros(classes), where=have > 0), 0.0)
    weighted: Floats = times_before * factor[before]
    return weighted


def _levels(before: Traffic, after: Traffic) -> Sequence[Ints]:
    """Classes of both sides' runs, from narrow to wide."""
    sizes = np.concatenate([before.size, after.size])
    ends = np.concatenate([before.end_ns, after.end_ns])
    branch = np.concatenate([before.branch, after.branch])
    hours = ends // _NS_PER_HOUR % 24 // _HOURS_PER_CLASS
    many = min(max(min(len(before), len(after)) // _RUNS_PER_SIZE, _LEAST_SIZES), _MOST_SIZES)
    fine, coarse, wide = (_size_classes(sizes, many // part) for part in (1, 2, 4))
    with_size = branch * (many + 1)
    return [(with_size + fine) * 4 + hours, with_size + fine, with_size + coarse, with_size + wide]


def _size_classes(sizes: Floats, classes: int) -> Ints:
    """1 and up by quantiles of all that are known; 0 where it is not known."""
    known = np.isfinite(sizes)
    found = np.zeros(sizes.size, dtype=np.int64)
    if known.any():
        edges = np.unique(np.quantile(sizes[known], np.linspace(0, 1, classes + 1)[1:-1]))
        found[known] = np.searchsorted(edges, sizes[known], side="right") + 1
    return found


def _assign(before: Ints, after: Ints, here: Ints, there: Ints, count: int) -> int:
    """Give a class to the runs that have none yet and enough of their kind on both sides."""
    free_here, free_there = here < 0, there < 0
    kinds = np.unique(np.concatenate([before[free_here], after[free_there]]))
    if kinds.size == 0:
        return count
    own, other = np.searchsorted(kinds, before), np.searchsorted(kinds, after)
    many = np.bincount(own[free_here], minlength=kinds.size) >= _LEAST
    many &= np.bincount(other[free_there], minlength=kinds.size) >= _LEAST
    number = np.where(many, np.cumsum(many) - 1 + count, -1)
    here[free_here] = number[own[free_here]]
    there[free_there] = number[other[free_there]]
    return count + int(many.sum())


def imbalance(before: Traffic, after: Traffic, weights: Floats, there: Ints) -> float:
    """By how many standard deviations sizes still differ, with these weights of the runs before."""
    here, now = np.isfinite(before.size) & (weights > 0), np.isfinite(after.size) & (there >= 0)
    if not here.any() or not now.any():
        return 0.0
    was, is_now = np.log1p(np.abs(before.size[here])), np.log1p(np.abs(after.size[now]))
    spread = float(np.concatenate([was, is_now]).std())
    if spread < _ROUNDING:
        return 0.0
    return abs(float(np.average(was, weights=weights[here])) - float(is_now.mean())) / spread
