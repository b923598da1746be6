"""What makes durations long, and what does not: sizes, groups, moments, kinds, tails; and their laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longpole.analysis.drivers import contrast, dependence, median_bounds, memory_of, onset, ranks
from longpole.analysis.drivers_modes import round_seconds, slow_mode, tail

SEEDS = st.integers(0, 10_000)


def lognormal(seed: int, n: int = 300, sigma: float = 0.5) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.exp(np.random.default_rng(seed).normal(0, sigma, n))


@pytest.mark.parametrize("slope", [0.0, 0.5, 1.0, 2.0])
def test_the_slope_is_within_its_bounds(slope: float) -> None:
    inside = 0
    for seed in range(40):
        sizes = lognormal(seed, sigma=1.0) * 1000
        found = dependence(sizes, sizes**slope * lognormal(seed + 100))
        assert found is not None
        inside += found.low <= slope <= found.high
    assert inside >= 34  # of 40, at 95 %


def test_twice_the_input() -> None:
    sizes = np.arange(1.0, 101.0)
    found = dependence(sizes, 3 * sizes)

    assert found is not None
    assert (found.times_for_twice, found.explained) == (pytest.approx(2), pytest.approx(1))


@pytest.mark.parametrize(
    "sizes", [np.zeros(0), np.ones(100), np.full(100, np.nan), np.zeros(100), np.arange(1.0, 11.0)]
)
def test_sizes_that_say_nothing(sizes: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
    assert dependence(sizes, np.ones(sizes.size)) is None


@given(SEEDS, st.floats(0.01, 1e6))
@settings(max_examples=30)
def test_units_and_names_of_groups_change_no_ratio(seed: int, unit: float) -> None:
    durations = lognormal(seed)
    group = np.random.default_rng(seed).uniform(size=300) < 0.4
    one, scaled, other = (
        contrast(d, g) for d, g in ((durations, group), (durations * unit, group), (durations, ~group))
    )

    assert one is not None
    assert scaled is not None
    assert other is not None
    assert (scaled.ratio, scaled.low, scaled.high, scaled.z) == pytest.approx((one.ratio, one.low, one.high, one.z))
    assert (other.ratio, other.z) == (pytest.approx(1 / one.ratio), pytest.approx(-one.z))
    assert one.low <= one.ratio <= one.high


def test_a_group_that_takes_twice_as_long() -> None:
    durations = lognormal(1)
    group = np.arange(300) % 3 == 0
    found = contrast(np.where(group, 2 * durations, durations), group)

    assert found is not None
    assert found.z > 6
    assert found.low < 2 < found.high
    assert (found.n, found.other_n) == (100, 200)


def test_neighbours_that_are_alike_count_for_less() -> None:
    source = np.random.default_rng(4)
    walk = np.zeros(400)
    for at in range(1, 400):
        walk[at] = 0.95 * walk[at - 1] + source.normal(0, 0.2)
    late = contrast(np.exp(walk), np.arange(400) >= 200)

    assert memory_of(np.exp(walk)) > 0.8
    assert memory_of(lognormal(2)) < 0.2
    assert late is not None
    assert abs(late.z) < 5


def test_few_or_none_are_no_contrast() -> None:
    assert contrast(lognormal(1, 30), np.arange(30) < 15) is None
    assert contrast(lognormal(1, 50), np.ones(50, np.bool_)) is None


def test_the_onset_is_found_and_chance_is_none() -> None:
    durations = lognormal(3)
    durations[180:] *= 2
    found = onset(durations)

    assert found is not None
    assert abs(found.at - 180) <= 5
    assert found.contrast.z > 6
    chance = [onset(lognormal(seed)) for seed in range(200)]
    assert max(abs(each.contrast.z) for each in chance if each is not None) < 4.5


@given(st.lists(st.floats(0, 100), max_size=50))
def test_ranks_sum_to_the_same_whatever_is_equal(values: list[float]) -> None:
    n = len(values)

    assert ranks(np.array(values)).sum() == pytest.approx(n * (n + 1) / 2)


@given(st.lists(st.floats(0.1, 100), min_size=1, max_size=60))
def test_bounds_hold_the_median(values: list[float]) -> None:
    median, low, high = median_bounds(np.array(values))

    assert min(values) <= low <= median <= high <= max(values)


def test_two_kinds_are_told_apart_and_one_is_not() -> None:
    durations = lognormal(5, sigma=0.4)
    durations[::10] += 20
    found = slow_mode(durations)

    assert found is not None
    assert (found.n, found.slow_n) == (300, 30)
    assert durations[::10].min() > found.threshold > np.delete(durations, np.s_[::10]).max()
    assert [seed for seed in range(300) if slow_mode(lognormal(seed, sigma=0.2 + seed / 500)) is not None] == []


@given(SEEDS, st.floats(0.001, 1000))
@settings(max_examples=30)
def test_a_kind_is_the_same_in_any_unit_and_order(seed: int, unit: float) -> None:
    source = np.random.default_rng(seed)
    durations = lognormal(seed, sigma=0.3)
    durations[:30] *= 10
    one, other = slow_mode(durations), slow_mode(source.permutation(durations * unit))

    assert one is not None
    assert other is not None
    assert (one.slow_n, one.separation) == (other.slow_n, pytest.approx(other.separation, abs=1e-6))


def test_steps_of_a_clock_are_no_kinds() -> None:
    assert slow_mode(np.repeat([1.0, 2.0], [80, 20])) is None or slow_mode(np.repeat([1.0, 1.5], [80, 20])) is None
    assert slow_mode(np.ones(100)) is None
    assert slow_mode(np.zeros(100)) is None
    assert slow_mode(np.zeros(0)) is None


def test_a_lognormal_has_no_lean_and_a_pareto_has() -> None:
    even, leaning = tail(lognormal(1, 5_000)), tail(1 + np.random.default_rng(1).pareto(1.2, 5_000))

    assert even is not None
    assert leaning is not None
    assert even.lean == pytest.approx(1, abs=0.1)
    assert even.surely <= even.ratio == pytest.approx(np.exp(1.645 * 0.5), rel=0.05)
    assert leaning.lean > 3
    assert tail(lognormal(1, 59)) is None


def test_round_numbers_of_seconds() -> None:
    source = np.random.default_rng(0)

    assert round_seconds(10 + source.uniform(0, 0.8, 50)) == 10
    assert round_seconds(5.0 + source.normal(0, 0.002, 50)) == 5
    assert round_seconds(source.uniform(6, 9, 50)) is None
