"""Percentiles of any number of values in a kilobyte, right to 1.1 % at every quantile.

Counts in buckets of equal ratio, 64 to each doubling: the layout of
OpenTelemetry's exponential histogram at scale 6. A value's bucket depends on
nothing but the value, so sketches merge by adding counts: in any order, to the
same bytes, and late values can be added as if they had come in time. Beside
the counts stand count, sum, sum of squares, least and greatest, exact.

    bucket i holds base**i < value <= base**(i + 1), base = 2 ** (1 / 64)
    values    0    1     2      3      4 …
    bucket    z   -1    63    101    127        (z: zeros have their own)

Upstream: values as integers (nanoseconds, tokens, pico-dollars).
Downstream: rollups, trends.
Source: OpenTelemetry metrics data model, "Exponential histogram"; DDSketch
(Masson, Rim, Lee, VLDB 2019) for the error bound. Vectors that every
implementation must agree on: `docs/reference/sketch-vectors.json`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, sqrt

import msgspec
import numpy as np
from numpy.typing import NDArray

SCALE = 6
BUCKETS_PER_DOUBLING = 1 << SCALE
RELATIVE_ERROR = 2 ** (1 / BUCKETS_PER_DOUBLING) - 1

Ints = NDArray[np.int64]

_BOUNDARIES = np.exp2(np.arange(BUCKETS_PER_DOUBLING) / BUCKETS_PER_DOUBLING)
encode = msgspec.msgpack.Encoder().encode


def bucket_indices(values: NDArray[np.float64] | Ints) -> Ints:
    """The bucket of each value, all of them above 0. Exact at powers of two, where logarithms are not."""
    mantissas, exponents = np.frexp(np.asarray(values, dtype=np.float64))
    within = np.searchsorted(_BOUNDARIES, mantissas * 2, side="left")
    return (exponents.astype(np.int64) - 1) * BUCKETS_PER_DOUBLING + within - 1


def bucket_bound(index: float) -> float:
    """The value up to which bucket `index - 1` reaches, and above which bucket `index` begins."""
    return float(2.0 ** (index / BUCKETS_PER_DOUBLING))


class Packed(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A sketch as it is packed; `total` and `squares` are big-endian, `indices` and `counts` little-endian arrays."""

    count: int
    zeros: int
    least: int
    greatest: int
    total: bytes
    squares: bytes
    indices: bytes
    counts: bytes


unpack = msgspec.msgpack.Decoder(Packed).decode
"""What `Sketch.pack` packed."""


@dataclass(frozen=True, slots=True, eq=False)
class Sketch:
    """A distribution of integers of 0 or more.

    Attributes:
        count: How many values.
        zeros: How many of them are 0.
        least: The exact smallest value; 0 where there is none.
        greatest: The exact largest value; 0 where there is none.
        total: Exact sum, as wide as it needs to be.
        squares: Exact sum of squares, likewise.
        indices: Buckets that hold something, ascending, int64 of shape (buckets,).
        counts: How many values each of them holds, int64 of shape (buckets,).
    """

    count: int
    zeros: int
    least: int
    greatest: int
    total: int
    squares: int
    indices: Ints
    counts: Ints

    @staticmethod
    def of(values: Sequence[int] | Ints) -> "Sketch":
        """The sketch of `values`, each of 0 or more.

        Raises:
            ValueError: If a value is negative.
        """
        array = np.asarray(values, dtype=np.int64)
        if array.size == 0:
            return EMPTY
        if array.min() < 0:
            raise ValueError(f"a sketch holds values of 0 or more, not {array.min()}")
        indices, counts = np.unique(bucket_indices(array[array > 0]), return_counts=True)
        exact = array.tolist()
        return Sketch(
            count=array.size,
            zeros=int(array.size - counts.sum()),
            least=int(array.min()),
            greatest=int(array.max()),
            total=sum(exact),
            squares=sum(value * value for value in exact),
            indices=indices,
            counts=counts.astype(np.int64),
        )

    def pack(self) -> bytes:
        """Bytes that `merge` reads; equal sketches pack to equal bytes."""
        return encode(
            Packed(
                self.count,
                self.zeros,
                self.least,
                self.greatest,
                wide(self.total),
                wide(self.squares),
                self.indices.astype("<i2").tobytes(),
                self.counts.astype(_count_type(self.count)).tobytes(),
            )
        )

    @property
    def mean(self) -> float | None:
        """The exact mean; None where there is no value."""
        return self.total / self.count if self.count else None

    @property
    def stddev(self) -> float | None:
        """The exact population standard deviation; None where there is no value."""
        if not self.count:
            return None
        return sqrt(self.count * self.squares - self.total * self.total) / self.count

    def quantile(self, q: float) -> float | None:
        """The value below which the share `q` (0 to 1) lies; None where there is no value.

        Interpolates linearly between order statistics, each of which is known
        to `RELATIVE_ERROR`; so is the answer.
        """
        if not self.count:
            return None
        rank = q * (self.count - 1)
        upto = np.cumsum(self.counts)
        low = self._order_statistic(floor(rank), upto)
        if rank == floor(rank):
            return low
        return low + (self._order_statistic(ceil(rank), upto) - low) * (rank - floor(rank))

    def _order_statistic(self, rank: int, upto: Ints) -> float:
        """The `rank`-th smallest value, from 0: where it would stand were its bucket evenly filled."""
        if rank < self.zeros:
            return 0.0
        if rank == self.count - 1:
            return float(self.greatest)
        if rank == 0:
            return float(self.least)
        place = int(upto.searchsorted(rank - self.zeros, side="right"))
        held = int(self.counts[place])
        before = int(upto[place]) - held
        within = (rank - self.zeros - before + 0.5) / held
        return min(max(bucket_bound(int(self.indices[place]) + within), float(self.least)), float(self.greatest))

    def order_statistic(self, rank: int) -> float:
        """The `rank`-th smallest value, from 0, to `RELATIVE_ERROR`; there must be so many."""
        return self._order_statistic(rank, np.cumsum(self.counts))

    def share_above(self, threshold: float) -> float | None:
        """The share of values above `threshold`, to the bucket that it falls into; None where there is no value."""
        if not self.count:
            return None
        if threshold <= 0:
            return (self.count - (self.zeros if threshold == 0 else 0)) / self.count
        border = int(bucket_indices(np.array([threshold]))[0])
        return int(self.counts[self.indices > border].sum()) / self.count


EMPTY = Sketch(0, 0, 0, 0, 0, 0, np.empty(0, np.int64), np.empty(0, np.int64))


def unpacked(packed: bytes) -> Sketch:
    """The sketch that `Sketch.pack` packed."""
    part = unpack(packed)
    return Sketch(
        count=part.count,
        zeros=part.zeros,
        least=part.least,
        greatest=part.greatest,
        total=int.from_bytes(part.total, "big"),
        squares=int.from_bytes(part.squares, "big"),
        indices=np.frombuffer(part.indices, dtype="<i2").astype(np.int64),
        counts=np.frombuffer(part.counts, dtype=_count_type(part.count)).astype(np.int64),
    )


def merge(packed: Iterable[bytes]) -> Sketch:
    """The sketch of all values of the packed sketches: the same whatever their order and grouping. O(buckets)."""
    parts = [part for data in packed if (part := unpack(data)).count]
    if not parts:
        return EMPTY
    indices = np.frombuffer(b"".join([part.indices for part in parts]), dtype="<i2").astype(np.int64)
    low = int(indices.min(initial=0))
    width = int(indices.max(initial=0)) - low + 1
    summed = np.bincount(indices - low, weights=bucket_counts(parts), minlength=width).astype(np.int64)
    held = np.flatnonzero(summed)
    return Sketch(
        count=sum([part.count for part in parts]),
        zeros=sum([part.zeros for part in parts]),
        least=min([part.least for part in parts]),
        greatest=max([part.greatest for part in parts]),
        total=sum([int.from_bytes(part.total, "big") for part in parts]),
        squares=sum([int.from_bytes(part.squares, "big") for part in parts]),
        indices=held + low,
        counts=summed[held],
    )


def bucket_counts(parts: Sequence[Packed]) -> Ints:
    """The counts of all parts in turn; float64 holds them exactly up to 2**53 values a bucket."""
    if all(part.count < 1 << 32 for part in parts):
        return np.frombuffer(b"".join([part.counts for part in parts]), dtype="<u4").astype(np.int64)
    return np.concatenate(
        [np.frombuffer(part.counts, dtype=_count_type(part.count)).astype(np.int64) for part in parts]
    )


def _count_type(count: int) -> str:
    return "<u4" if count < 1 << 32 else "<u8"


def wide(value: int) -> bytes:
    """An integer of 0 or more in as few bytes as it needs."""
    return value.to_bytes((value.bit_length() + 7) // 8, "big")
