"""Bins of a sketch: every value is in one of them, few enough to be looked at, and those of two histograms nest."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longpole.analysis.histogram_bins import LEAST_BINS, Bins, bins_of
from longpole.analysis.sketch import EMPTY, RELATIVE_ERROR, Sketch, bucket_indices

VALUES = st.lists(
    st.integers(0, 5) | st.integers(0, 10**13) | st.sampled_from([2**k for k in range(45)]), min_size=1, max_size=60
)
MOST = st.integers(LEAST_BINS, 120)


def _places(values: list[int], bins: Bins) -> list[int]:
    """In which bin each positive value belongs by its bucket."""
    buckets = round(64 / bins.per_doubling)
    return [int(bucket_indices(np.array([value]))[0]) // buckets - bins.first for value in values if value]


@given(VALUES, MOST)
def test_every_value_is_in_its_bin_and_no_bin_is_left_over(values: list[int], most: int) -> None:
    bins = bins_of(Sketch.of(values), most)

    assert bins.zeros + int(bins.counts.sum()) == len(values)
    assert bins.counts.size + (bins.zeros > 0) <= most
    expected = np.bincount(_places(values, bins), minlength=bins.counts.size)
    assert bins.counts.tolist() == expected.tolist()
    if bins.counts.size:
        assert bins.counts[0] > 0
        assert bins.counts[-1] > 0


@given(VALUES, MOST)
def test_values_lie_between_the_bounds_of_their_bins(values: list[int], most: int) -> None:
    bins = bins_of(Sketch.of(values), most)
    bounds = bins.bounds()

    for value, place in zip([value for value in values if value], _places(values, bins), strict=True):
        assert bounds[place] * (1 - 1e-12) <= value <= bounds[place + 1] * (1 + 1e-12)


@given(VALUES, MOST, st.sampled_from([0.0, 0.5, 0.95, 0.99, 1.0]))
def test_a_percentile_lies_in_the_bins_of_the_values_around_it(values: list[int], most: int, q: float) -> None:
    sketch = Sketch.of(values)
    bins = bins_of(sketch, most)
    upto = bins.zeros + np.cumsum(bins.counts)
    rank = q * (len(values) - 1)
    low, high = (int(np.searchsorted(upto, edge, side="right")) for edge in (int(rank), int(np.ceil(rank))))

    found = sketch.quantile(q)
    assert found is not None
    least = 0.0 if rank < bins.zeros else bins.bounds()[low]
    greatest = 0.0 if np.ceil(rank) < bins.zeros else bins.bounds()[high + 1]
    assert least * (1 - RELATIVE_ERROR) <= found <= greatest * (1 + RELATIVE_ERROR)


@given(VALUES, VALUES, MOST)
def test_bins_of_two_histograms_nest(one: list[int], other: list[int], most: int) -> None:
    fine, coarse = sorted(
        (bins_of(Sketch.of(each), most) for each in (one, other)), key=lambda bins: -bins.per_doubling
    )
    coarse_bounds = coarse.bounds()

    for low, high in zip(fine.bounds()[:-1], fine.bounds()[1:], strict=True):
        inside = [bound for bound in coarse_bounds if low * (1 + 1e-12) < bound < high * (1 - 1e-12)]
        assert inside == []


def test_as_fine_as_there_is_room() -> None:
    spread = Sketch.of([1_000_000, 1_500_000, 8_000_000])  # three doublings

    assert [bins_of(spread, most).per_doubling for most in (8, 26, 60, 120)] == [2, 8, 16, 32]


def test_of_nothing_and_of_zeros_there_are_no_bins() -> None:
    assert bins_of(EMPTY, 60).counts.size == 0
    zeros = bins_of(Sketch.of([0, 0]), 60)
    assert (zeros.zeros, zeros.counts.size) == (2, 0)


def test_the_widest_range_fits_into_the_fewest_bins() -> None:
    bins = bins_of(Sketch.of([0, 1, 2**62]), LEAST_BINS)
    assert bins.counts.size + 1 <= LEAST_BINS


def test_too_few_bins_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 8 bins, not 7"):
        bins_of(EMPTY, 7)
