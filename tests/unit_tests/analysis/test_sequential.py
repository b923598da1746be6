"""Bounds that may be looked at at any time: seldom wrong between equals, and soon sure of what is not equal."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longpole.analysis.sequential import (
    Moments,
    first_sure,
    mean_difference,
    rate_bounds,
    rate_difference,
)

COUNTS = st.integers(0, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
MOMENTS = st.builds(Moments, st.integers(30, 5_000), st.floats(-5, 5), st.floats(0.01, 4))


@given(MOMENTS, MOMENTS)
def test_bounds_hold_the_estimate_and_swap_with_the_sides(one: Moments, other: Moments) -> None:
    there, back = mean_difference(one, other), mean_difference(other, one)
    assert there is not None
    assert back is not None
    assert there.low <= there.difference <= there.high
    assert there.difference == other.mean - one.mean
    assert [there.low, there.high] == pytest.approx([-back.high, -back.low])
    assert there.is_different == (there.p_value < 0.05)


@given(MOMENTS, MOMENTS)
def test_more_runs_narrow_them_and_dependence_widens_them(one: Moments, other: Moments) -> None:
    few = mean_difference(one, other)
    many = mean_difference(Moments(4 * one.n, one.mean, one.variance), Moments(4 * other.n, other.mean, other.variance))
    dependent = mean_difference(one, other, inflation=2)
    assert few is not None
    assert many is not None
    assert dependent is not None
    assert many.high - many.low < few.high - few.low < dependent.high - dependent.low


def test_fewer_than_thirty_runs_say_nothing() -> None:
    assert mean_difference(Moments(29, 0, 1), Moments(500, 9, 1)) is None
    assert first_sure(np.zeros(500), np.ones(29)) is None
    assert math.isnan(Moments.of(np.empty(0)).mean)


def test_equals_looked_at_after_every_run_are_seldom_told_apart() -> None:
    random = np.random.default_rng(5)
    found = [first_sure(random.normal(0, 0.8, 1_000), random.normal(0, 0.8, 1_500)) for _ in range(400)]
    assert sum(each is not None for each in found) <= 20


def test_a_tenth_is_found_within_a_thousand_runs_and_a_half_within_a_hundred() -> None:
    random = np.random.default_rng(6)

    def median(ratio: float) -> float:
        found = [
            first_sure(random.normal(0, 0.8, 4_000), random.normal(math.log(ratio), 0.8, 3_000)) for _ in range(60)
        ]
        return float(np.median([9_999 if each is None else each for each in found]))

    assert 200 < median(0.9) <= 1_000
    assert 30 <= median(1.5) <= 100


def test_it_is_first_sure_when_the_bounds_say_so() -> None:
    random = np.random.default_rng(7)
    before, after = random.normal(0, 1, 800), random.normal(0.3, 1, 900)
    n = first_sure(before, after)
    assert n is not None
    at, earlier = (mean_difference(Moments.of(before), Moments.of(after[:k])) for k in (n, n - 1))
    assert at is not None
    assert earlier is not None
    assert at.is_different
    assert not earlier.is_different


@given(COUNTS)
def test_a_rate_is_within_its_bounds_and_those_within_0_and_1(counts: tuple[int, int]) -> None:
    count, n = counts
    low, high = rate_bounds(count, n)
    assert 0 <= low <= (count / n if n else low) <= high <= 1
    other = rate_bounds(n - count, n)
    assert (low, high) == pytest.approx((1 - other[1], 1 - other[0]), abs=1e-6)


def test_known_bounds_of_a_rate() -> None:
    """Of 0 in n the mixture is B(n + ½, ½) / B(½, ½); at the upper bound (1 - p)^n is alpha times it."""
    mixture = math.exp(math.lgamma(20.5) + math.lgamma(0.5) - math.lgamma(21) - 2 * math.lgamma(0.5))
    assert rate_bounds(0, 20) == pytest.approx((0.0, 1 - (0.05 * mixture) ** (1 / 20)))
    assert rate_bounds(0, 0) == (0.0, 1.0)


def test_rates_of_equals_are_seldom_told_apart_and_ten_per_cent_from_five_soon() -> None:
    random = np.random.default_rng(8)

    def found(before: float, after: float) -> bool:
        old, new = int(random.binomial(2_000, before)), np.cumsum(random.random(2_000) < after)
        return any(rate_difference(old, 2_000, int(new[n - 1]), n).is_different for n in range(20, 2_001, 40))

    assert sum(found(0.05, 0.05) for _ in range(60)) <= 3
    assert sum(found(0.05, 0.1) for _ in range(20)) >= 18


@given(COUNTS, COUNTS)
def test_a_difference_of_rates_is_within_its_bounds(before: tuple[int, int], after: tuple[int, int]) -> None:
    there, back = rate_difference(*before, *after), rate_difference(*after, *before)
    assert there.low <= there.difference + 1e-9
    assert there.difference <= there.high + 1e-9
    assert [there.low, there.high] == pytest.approx([-back.high, -back.low], abs=1e-6)
