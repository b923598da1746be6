"""A sketch as a histogram that can be looked at: few bins, each of them a few of the sketch's buckets.

    buckets   …│64│65│66│67│68│69│70│71│…      64 to each doubling
    bins      …│     64    │     68    │…      so many that at most `most` are left

A bin has 1, 2, 4, 8, … buckets and begins at a multiple of that, so that bins of
any two histograms fit into each other.

Invariant: counts sum to the sketch's; bins touch; a value is in the bin that its
bucket is in, exactly.

Upstream: `services.distribution`. Source: `sketch`; bins that nest are those of
OpenTelemetry's exponential histogram at a smaller scale.
"""

from dataclasses import dataclass

import numpy as np

from longpole.analysis.sketch import BUCKETS_PER_DOUBLING, Ints, Sketch, bucket_bound

LEAST_BINS = 8
"""With fewer there may be no grid that is coarse enough: a bin for zeros, and one on each side of a border."""
_COARSEST = 1 << 13
"""More buckets in a bin than there are buckets: all positive values are in one or two."""


@dataclass(frozen=True, slots=True)
class Bins:
    """Bins of equal ratio.

    Attributes:
        zeros: Values that are 0.
        per_doubling: How many bins there are from a value to its double.
        first: Which multiple of a bin's ratio the first one begins at.
        counts: Values of each bin, int64 of shape (bins,); none without values.
    """

    zeros: int
    per_doubling: float
    first: int
    counts: Ints

    def bounds(self) -> list[float]:
        """Where bins begin and end, one more than there are bins; in the values' unit."""
        buckets = BUCKETS_PER_DOUBLING / self.per_doubling
        return [bucket_bound((self.first + place) * buckets) for place in range(self.counts.size + 1)]


def bins_of(sketch: Sketch, most: int) -> Bins:
    """The finest bins of a sketch of which there are at most `most`, with one for zeros where there are some.

    Raises:
        ValueError: `most` is below `LEAST_BINS`.
    """
    if most < LEAST_BINS:
        raise ValueError(f"at least {LEAST_BINS} bins, not {most}")
    if not sketch.indices.size:
        return Bins(sketch.zeros, BUCKETS_PER_DOUBLING, 0, np.empty(0, np.int64))
    room = most - (sketch.zeros > 0)
    buckets = 1
    while _span(sketch, buckets) > room and buckets < _COARSEST:
        buckets *= 2
    places = sketch.indices // buckets
    first = int(places[0])
    counts = np.zeros(int(places[-1]) - first + 1, dtype=np.int64)
    np.add.at(counts, places - first, sketch.counts)
    return Bins(sketch.zeros, BUCKETS_PER_DOUBLING / buckets, first, counts)


def _span(sketch: Sketch, buckets: int) -> int:
    return int(sketch.indices[-1] // buckets - sketch.indices[0] // buckets) + 1
