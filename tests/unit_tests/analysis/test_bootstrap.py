"""Figures of weighted runs, and intervals that mean what they say."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longpole.analysis.bootstrap import figure, mean_interval, paired_shift

VALUES = st.lists(st.integers(0, 50).map(float), min_size=1, max_size=12)


@given(VALUES, st.sampled_from([0, 25, 50, 95, 100]))
def test_of_equal_weights_it_is_the_usual_percentile(values: list[float], percent: int) -> None:
    assert figure(np.array(values), f"p{percent}", np.full(len(values), 3.0)) == pytest.approx(
        np.percentile(values, percent)
    )


@given(VALUES, st.randoms(use_true_random=False))
def test_the_order_of_runs_makes_no_difference_to_a_figure(values: list[float], random: Random) -> None:
    pairs = [(value, 1.0 + place % 3) for place, value in enumerate(values)]
    mixed = pairs[:]
    random.shuffle(mixed)
    for statistic in ("mean", "p50", "p95"):
        one = figure(np.array([v for v, _ in pairs]), statistic, np.array([w for _, w in pairs]))
        other = figure(np.array([v for v, _ in mixed]), statistic, np.array([w for _, w in mixed]))
        assert one == pytest.approx(other)


def test_a_weight_is_so_many_runs() -> None:
    values, weights = np.array([1.0, 2.0, 10.0]), np.array([3.0, 6.0, 1.0])
    assert figure(values, "mean", weights) == pytest.approx(2.5)
    assert figure(values, "p50", weights) == 2.0
    assert figure(values, "p100", weights) == 10.0


@pytest.mark.parametrize("statistic", ["mean", "p50", "p95", "p99.9"])
def test_nothing_changed_has_no_interval(statistic: str) -> None:
    values = np.arange(1.0, 30.0)
    shift = paired_shift(values, values, statistic)
    assert shift.baseline == shift.expected == shift.low == shift.high


def test_pairs_cancel_what_differs_between_runs() -> None:
    """Runs of 1 to 1,000 seconds that all lose one second: that second is certain."""
    values = np.linspace(1, 1000, 50)
    shift = paired_shift(values, values - 1, "mean")
    assert (shift.expected, shift.low, shift.high) == pytest.approx((shift.baseline - 1,) * 3)


def test_the_same_seed_gives_the_same_bounds() -> None:
    source = np.random.default_rng(1)
    before = source.lognormal(size=80)
    after = before * source.uniform(0.5, 1, size=80)
    assert paired_shift(before, after, "p95", seed=3) == paired_shift(before, after, "p95", seed=3)
    assert paired_shift(before, after, "p95", seed=3) != paired_shift(before, after, "p95", seed=4)


@pytest.mark.parametrize("statistic", ["mean", "p50"])
def test_nineteen_of_twenty_intervals_hold_what_is_true(statistic: str) -> None:
    """Halving a random part of lognormal runs; the truth is the same figure of very many runs."""

    def runs(count: int, source: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        before = source.lognormal(0, 0.5, size=count)
        return before, before - 0.2 * source.uniform(0.5, 1.5, size=count)

    true = paired_shift(*runs(400_000, np.random.default_rng(0)), statistic, resamples=1)
    held = 0
    for seed in range(100):
        shift = paired_shift(*runs(200, np.random.default_rng(seed + 1)), statistic, seed=seed, resamples=100)
        held += shift.low <= shift.baseline + (true.expected - true.baseline) <= shift.high
    assert held >= 88


def test_the_mean_with_its_bounds() -> None:
    mean, low, high = mean_interval([1.0, 2.0, 3.0, 4.0])
    assert mean == 2.5
    assert 1.0 <= low < mean < high <= 4.0
    assert mean_interval([7.0]) == (7.0, 7.0, 7.0)


@pytest.mark.parametrize(
    ("before", "after", "statistic"),
    [([], [], "p50"), ([1.0], [1.0, 2.0], "p50"), *(([1.0], [1.0], word) for word in ("median", "p101", "p"))],
)
def test_what_is_no_question(before: list[float], after: list[float], statistic: str) -> None:
    with pytest.raises(ValueError, match=r"at least one|no statistic"):
        paired_shift(before, after, statistic)


def test_no_values_have_no_mean() -> None:
    with pytest.raises(ValueError, match="no mean"):
        mean_interval([])


def test_bounds_do_not_leave_what_runs_would_have_taken() -> None:
    """Of runs of two kinds the p95 of a draw may fall by more than the p95 of all is: -10 s had been told."""
    before = np.array([1.0] * 95 + [60.0] * 5)
    after = np.array([1.0] * 95 + [2.0] * 5)

    shift = paired_shift(before, after, "p95")

    assert 1.0 <= shift.low <= shift.expected <= shift.high <= 2.0
