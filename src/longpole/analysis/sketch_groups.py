"""Thousands of small sketches at once: each group's values, or each group's sketches, into one packed sketch.

What `sketch.Sketch.of` and `sketch.merge` do for one group, done for all of
them in a few array operations: a group costs microseconds, not a hundred.

    values   5  7 │ 9 │ 1  1  4        groups of neighbouring places
    packed   ▒    │ ▒ │ ▒

Invariant: a group's bytes are those that `Sketch.of(values).pack()` gives.

Upstream: `rollup`, `trend_series`. Downstream: `sketch_stacks`. Source: `sketch`.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from longpole.analysis.sketch import Ints, Packed, bucket_indices, encode, merge, unpack, wide
from longpole.analysis.sketch_stacks import Spreads, decoded

_GROUPS_AT_ONCE = 500
"""So many groups times a few thousand buckets are summed in one table."""

_SPAN = 1 << 13
"""More than there are buckets: -1 for 1, up to 4,031 for 2**63 - 1."""


def pack_groups(values: Ints, starts: Ints) -> list[bytes | None]:
    """The packed sketch of each group of values; None where it has no known one. O(n log n).

    Args:
        values: 0 or more; less is unknown.
        starts: Where each group begins, ascending, the first at 0; none is empty.
    """
    groups = np.repeat(np.arange(starts.size), np.diff(np.append(starts, values.size)))
    known = values >= 0
    packed: list[bytes | None] = [None] * starts.size
    if not known.any():
        return packed
    if not known.all():
        values, groups = values[known], groups[known]
    present, begins, sizes = np.unique(groups, return_index=True, return_counts=True)
    indices, counts, bounds = _buckets(values, groups, present)
    zeros = np.add.reduceat((values == 0).astype(np.int64), begins).tolist()
    least = np.minimum.reduceat(values, begins).tolist()
    greatest = np.maximum.reduceat(values, begins).tolist()
    exact = values.tolist()
    ends = (begins + sizes).tolist()
    for place, group in enumerate(present.tolist()):
        own = exact[ends[place] - int(sizes[place]) : ends[place]]
        first, last = bounds[place], bounds[place + 1]
        packed[group] = encode(
            Packed(
                len(own),
                zeros[place],
                least[place],
                greatest[place],
                wide(sum(own)),
                wide(sum([value * value for value in own])),
                indices[2 * first : 2 * last],
                counts[4 * first : 4 * last],
            )
        )
    return packed


def _buckets(values: Ints, groups: Ints, present: Ints) -> tuple[bytes, bytes, list[int]]:
    """The buckets of all groups in turn, how many values each holds, and where the buckets of each group begin."""
    positive = values > 0
    places = groups[positive] * _SPAN + bucket_indices(values[positive]) + 1
    held, counts = np.unique(places, return_counts=True)
    bounds = np.searchsorted(held, np.append(present, present[-1] + 1) * _SPAN)
    return (held % _SPAN - 1).astype("<i2").tobytes(), counts.astype("<u4").tobytes(), bounds.tolist()


def merge_groups(packed: Sequence[bytes | None], starts: Ints) -> list[bytes | None]:
    """The packed sketch of each group of packed sketches; None where it has none. As `sketch.merge`, group by group."""
    bounds = [*starts.tolist(), len(packed)]
    groups = [[part for part in packed[begin:end] if part is not None] for begin, end in pairwise(bounds)]
    merged = [parts[0] if parts else None for parts in groups]
    several = [place for place, parts in enumerate(groups) if len(parts) > 1]
    for first in range(0, len(several), _GROUPS_AT_ONCE):
        some = several[first : first + _GROUPS_AT_ONCE]
        for place, made in zip(some, _merged([groups[each] for each in some]), strict=True):
            merged[place] = made
    return merged


def _merged(groups: Sequence[Sequence[bytes]]) -> list[bytes]:
    """The sketch of each group of sketches; the buckets of all groups are summed in one table."""
    decoded = [[unpack(part) for part in parts] for parts in groups]
    if any(
        sum([part.count for part in parts]) >= 1 << 32 or not all(part.count for part in parts) for parts in decoded
    ):
        return [merge(parts).pack() for parts in groups]
    indices, counts, bounds = _summed(decoded)
    return [
        encode(
            Packed(
                sum([part.count for part in parts]),
                sum([part.zeros for part in parts]),
                min([part.least for part in parts]),
                max([part.greatest for part in parts]),
                wide(sum([int.from_bytes(part.total, "big") for part in parts])),
                wide(sum([int.from_bytes(part.squares, "big") for part in parts])),
                indices[2 * first : 2 * last],
                counts[4 * first : 4 * last],
            )
        )
        for parts, (first, last) in zip(decoded, pairwise(bounds), strict=True)
    ]


def _summed(groups: Sequence[Sequence[Packed]]) -> tuple[bytes, bytes, list[int]]:
    """The buckets of all groups in turn, how many values each holds, and where the buckets of each group begin."""
    parts = [part for each in groups for part in each]
    group_of_part = np.repeat(np.arange(len(groups)), [len(each) for each in groups])
    group_of_bucket = np.repeat(group_of_part, [len(part.indices) // 2 for part in parts])
    indices = np.frombuffer(b"".join([part.indices for part in parts]), dtype="<i2")
    counts = np.frombuffer(b"".join([part.counts for part in parts]), dtype="<u4")
    low = int(indices.min(initial=0))
    width = int(indices.max(initial=0)) - low + 1
    summed = np.bincount(group_of_bucket * width + (indices - low), weights=counts)
    held = np.flatnonzero(summed)
    bounds = np.searchsorted(held, np.arange(len(groups) + 1) * width)
    return (held % width + low).astype("<i2").tobytes(), summed[held].astype("<u4").tobytes(), bounds.tolist()


def quantiles(packed: Sequence[bytes | None], q: float) -> list[float | None]:
    """The quantile `q` of each packed sketch, None where there is none: as `Sketch.quantile`, for all at once."""
    stack = decoded(packed).stack
    found: list[float | None] = [None] * len(packed)
    for place, value in zip(stack.places.tolist(), stack.quantiles(q).tolist(), strict=True):
        found[place] = value
    return found


def spreads(packed: Sequence[bytes | None]) -> Spreads:
    """How each packed sketch is spread, where there is one; all percentiles are found together."""
    read = decoded(packed)
    return read.stack.spreads(read.sums(read.stack.places))
