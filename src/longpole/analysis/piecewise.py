"""A function sampled so finely that straight lines between its samples are true of it.

    end of the run
       │         ··      what a node's time does to the end of its run: nothing, as long as
       │       ··        another chain is the longest, and all of it from then on
       │───────
       └──────────────── factor

Corners are found, not closed in on: where the lines left and right of a gap
meet, the function is asked. A function of few corners takes few questions.

Upstream: `run_what_if`. Source: the usual refinement by largest error; the end of a
replayed run without limits is a largest of sums, so convex and of straight pieces.
"""

from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from itertools import pairwise
from math import inf

Sample = tuple[float, int]
"""Where, and what the function is there."""


def sampled(of: Callable[[float], int], first: Sequence[float], tolerance: float, most: int) -> tuple[Sample, ...]:
    """Samples between which straight lines miss the function by no more than `tolerance`, as far as `most` allow.

    Args:
        of: The function.
        first: Where it is asked in any case, in order, at least at two places.
        tolerance: In the function's unit.
        most: So many questions.

    Returns:
        The samples in order, those left out that lie on the line between their neighbours; the first and the last
        of `first` are always there.
    """
    known = {place: of(place) for place in first}
    gaps: list[tuple[float, float, float]] = []
    for left, right in pairwise(first):
        heappush(gaps, (-inf, left, right))
    while gaps and len(known) < most:
        _, left, right = heappop(gaps)
        place = _between(known, left, right)
        known[place] = of(place)
        missed = abs(known[place] - _line((left, known[left]), (right, known[right]), place))
        if missed > tolerance:
            for one, other in ((left, place), (place, right)):
                heappush(gaps, (-missed, one, other))
    return _without_idle(sorted(known.items()), tolerance / 4)


def _between(known: dict[float, int], left: float, right: float) -> float:
    """Where the lines beside a gap meet within it; its middle where they do not."""
    middle = (left + right) / 2
    places = sorted(known)
    before, after = places[: places.index(left)], places[places.index(right) + 1 :]
    if not before or not after:
        return middle
    rise = (known[left] - known[before[-1]]) / (left - before[-1])
    fall = (known[after[0]] - known[right]) / (after[0] - right)
    if rise == fall:
        return middle
    meet = (known[right] - fall * right - known[left] + rise * left) / (rise - fall)
    margin = (right - left) / 1_000
    return meet if left + margin < meet < right - margin else middle


def _line(one: Sample, other: Sample, place: float) -> float:
    return one[1] + (other[1] - one[1]) * (place - one[0]) / (other[0] - one[0])


def _without_idle(samples: list[Sample], tolerance: float) -> tuple[Sample, ...]:
    """The samples without those that the line between their neighbours says as well."""
    kept, skipped = [samples[0]], []
    for sample, following in pairwise(samples[1:]):
        skipped.append(sample)
        if any(abs(_line(kept[-1], following, place) - value) > tolerance for place, value in skipped):
            kept.append(sample)
            skipped = []
    return (*kept, samples[-1])
