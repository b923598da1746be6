"""Thousands of sketches decoded once: what they come to together, group by group, and the percentiles of all of them.

    sketch    0      1    2   …          a row of buckets, one sketch after the other
    buckets   ▁▃▆▂ │ ▂▅ │ ▁▇▂ │ …   ─ merged ─►  ▂▇▆▂ │ ▁▇▂ │ …   a stack again: of days, then of the whole

What `sketch.merge` and `Sketch.quantile` do for one, without packing what was merged only to read it again.

Invariant: percentiles are those of `Sketch.quantile`, of any grouping in any number of steps.

Upstream: `sketch_groups`, `services.overview_lines`. Source: `sketch`.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from longpole.analysis.sketch import BUCKETS_PER_DOUBLING, Ints, Packed, bucket_counts, unpack

Floats = NDArray[np.float64]
_QUANTILES = (0.5, 0.95, 0.99)


class Spreads(NamedTuple):
    """How the values of sketches are spread, as their own `mean`, `stddev` and `quantile` say it: an array each.

    Attributes:
        places: Which of the sketches, int64; those that are empty are not among them.
        counts: How many values.
        totals: Their sums.
        deviations: Standard deviations.
        least: The smallest values.
        greatest: The largest ones.
        quantiles: Float64 of shape (3, sketches): p50, p95 and p99.
    """

    places: Ints
    counts: Ints
    totals: Floats
    deviations: Floats
    least: Floats
    greatest: Floats
    quantiles: Floats


@dataclass(frozen=True, eq=False)
class Stack:
    """Sketches that hold something.

    Attributes:
        places: What each is of, in no order.
        counts: How many values each holds.
        zeros: How many of them are 0.
        least: The smallest values.
        greatest: The largest ones.
        sizes: How many buckets each has.
        indices: The buckets of all of them in turn.
        held: How many values each bucket holds.
    """

    places: Ints
    counts: Ints
    zeros: Ints
    least: Ints
    greatest: Ints
    sizes: Ints
    indices: Ints
    held: Ints

    def merged(self, groups: Ints) -> "Stack":
        """The sketches that these come to, each of them belonging to the group that `groups` names at its place."""
        own, number, sizes = np.unique(groups, return_inverse=True, return_counts=True)
        is_alone = sizes[number] == 1
        alone = np.flatnonzero(is_alone)
        if alone.size == groups.size:
            return replace(self, places=groups)
        several = np.flatnonzero(~is_alone)
        together = _added(self.where(several), number[several])
        left = replace(together, places=own[together.places])
        return left if not alone.size else _joined(replace(self.where(alone), places=groups[alone]), left)

    def where(self, chosen: Ints) -> "Stack":
        """The sketches at some places, ascending."""
        if chosen.size == self.counts.size:
            return self
        is_chosen = np.zeros(self.counts.size, np.bool_)
        is_chosen[chosen] = True
        buckets = np.flatnonzero(np.repeat(is_chosen, self.sizes))
        return Stack(
            self.places[chosen],
            self.counts[chosen],
            self.zeros[chosen],
            self.least[chosen],
            self.greatest[chosen],
            self.sizes[chosen],
            self.indices[buckets],
            self.held[buckets],
        )

    @cached_property
    def _upto(self) -> Ints:
        return np.cumsum(self.held)

    def quantiles(self, q: float) -> Floats:
        """The quantile of each sketch, between its order statistics."""
        ranks = q * (self.counts - 1)
        low, high = np.floor(ranks), np.ceil(ranks)
        lower, upper = self._order_statistics(low.astype(np.int64)), self._order_statistics(high.astype(np.int64))
        between: Floats = lower + (upper - lower) * (ranks - low)
        return between

    def _order_statistics(self, ranks: Ints) -> Floats:
        """One value of each sketch, by its rank from 0."""
        last = self.counts - 1
        values = np.where(ranks == 0, self.least, self.greatest).astype(np.float64)
        inner = np.flatnonzero((ranks >= self.zeros) & (ranks != 0) & (ranks != last))
        ends = np.cumsum(self.sizes)
        before = np.concatenate([[0], self._upto])[ends - self.sizes][inner]
        sought = before + ranks[inner] - self.zeros[inner]
        place = np.searchsorted(self._upto, sought, side="right")
        held = self.held[place]
        within = (sought - (self._upto[place] - held) + 0.5) / held
        bounds = np.exp2((self.indices[place] + within) / BUCKETS_PER_DOUBLING)
        values[inner] = np.clip(bounds, self.least[inner], self.greatest[inner])
        values[(ranks < self.zeros) & (ranks != last)] = 0.0
        return values

    def spreads(self, sums: Mapping[int, tuple[int, int]]) -> Spreads:
        """How each is spread; `sums` are by place the exact ones of its values and of their squares."""
        exact = [sums[place] for place in self.places.tolist()]
        counted = zip(self.counts.tolist(), exact, strict=True)
        return Spreads(
            self.places,
            self.counts,
            np.array([total for total, _ in exact], dtype=np.float64),
            np.array([sqrt(count * squares - total * total) / count for count, (total, squares) in counted]),
            self.least.astype(np.float64),
            self.greatest.astype(np.float64),
            np.array([self.quantiles(q) for q in _QUANTILES]),
        )


@dataclass(frozen=True, eq=False)
class Decoded:
    """Packed sketches, read: the stack of those that hold something; and what is exact of them, whatever its size."""

    stack: Stack
    parts: Sequence[Packed]

    def sums(self, groups: Ints) -> dict[int, tuple[int, int]]:
        """For each group the sum of its values and that of their squares; `groups` as for `Stack.merged`."""
        totals: dict[int, int] = defaultdict(int)
        squares: dict[int, int] = defaultdict(int)
        for group, part in zip(groups.tolist(), self.parts, strict=True):
            totals[group] += int.from_bytes(part.total, "big")
            squares[group] += int.from_bytes(part.squares, "big")
        return {group: (total, squares[group]) for group, total in totals.items()}


def _added(stack: Stack, number: Ints) -> Stack:
    """One of each number that there is; the buckets are added in a table."""
    order = np.argsort(number, kind="stable")
    ordered = number[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    dense = np.empty(number.size, np.int64)
    dense[order] = np.repeat(np.arange(starts.size), np.diff(np.append(starts, number.size)))
    low = int(stack.indices.min(initial=0))
    width = int(stack.indices.max(initial=0)) - low + 1
    table = np.bincount(np.repeat(dense, stack.sizes) * width + (stack.indices - low), weights=stack.held)
    held = np.flatnonzero(table > 0)  # of floats it would take ten times as long
    return Stack(
        ordered[starts],
        np.add.reduceat(stack.counts[order], starts),
        np.add.reduceat(stack.zeros[order], starts),
        np.minimum.reduceat(stack.least[order], starts),
        np.maximum.reduceat(stack.greatest[order], starts),
        np.bincount(held // width, minlength=starts.size),
        held % width + low,
        table[held].astype(np.int64),
    )


def _joined(one: Stack, other: Stack) -> Stack:
    columns = [(getattr(one, each.name), getattr(other, each.name)) for each in fields(Stack)]
    return Stack(*map(np.concatenate, columns))


def decoded(packed: Sequence[bytes | None]) -> Decoded:
    """The sketches that are there; `stack.places` says which those are."""
    known = [(place, part) for place, data in enumerate(packed) if data for part in [unpack(data)] if part.count]
    parts = [part for _, part in known]
    stack = Stack(
        np.array([place for place, _ in known], dtype=np.int64),
        np.array([part.count for part in parts], dtype=np.int64),
        np.array([part.zeros for part in parts], dtype=np.int64),
        np.array([part.least for part in parts], dtype=np.int64),
        np.array([part.greatest for part in parts], dtype=np.int64),
        np.array([len(part.indices) // 2 for part in parts], dtype=np.int64),
        np.frombuffer(b"".join([part.indices for part in parts]), dtype="<i2").astype(np.int64),
        bucket_counts(parts),
    )
    return Decoded(stack, parts)
