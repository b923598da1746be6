"""Series are as wide as runs are few; days and weeks are no changes; what is back is back; few of many are told."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from longpole.analysis.watched import HOUR, Points, discoveries, is_back, steps_of, width_for
from longpole.domain.degradations import DegradedMetric

Floats = NDArray[np.float64]
MONDAY = 1_795_910_400  # 2026-11-30
RATE = DegradedMetric.ERROR_RATE


def points(values: Floats, metric: DegradedMetric = DegradedMetric.RUN_TIME_P50, runs: int = 100) -> Points:
    return Points(metric, MONDAY, HOUR, values, np.full(values.size, runs))


def latencies(seed: int, hours: int = 672, sigma: float = 0.05) -> Floats:
    hour = np.arange(hours)
    return 2 * np.exp(np.random.default_rng(seed).normal(0, sigma, hours) + 0.2 * np.sin(2 * np.pi * hour / 24))


def rates(seed: int, level: Floats, runs: int = 100) -> Floats:
    return np.random.default_rng(seed).binomial(runs, level) / runs


@pytest.mark.parametrize(
    ("an_hour", "width"), [(30, HOUR), (20, HOUR), (7, 3 * HOUR), (4, 6 * HOUR), (1, 24 * HOUR), (0.5, None)]
)
def test_the_width_is_the_narrowest_with_runs_enough(an_hour: float, width: int | None) -> None:
    hours = MONDAY + HOUR * np.arange(0, 240, max(round(1 / an_hour), 1))
    assert width_for(hours, np.full(hours.size, max(round(an_hour), 1)), 20) == width


def test_six_points_are_the_least() -> None:
    hours = MONDAY + HOUR * np.arange(6)
    assert width_for(hours, np.full(6, 20), 20) == HOUR
    assert width_for(hours[:5], np.full(5, 20), 20) is None
    assert width_for(hours[:0], np.zeros(0, np.int64), 20) is None


def test_days_and_weekends_are_no_changes_and_a_change_beside_them_is_found() -> None:
    weekend = np.where(np.arange(672) // 24 % 7 >= 5, 0.25, 0.0)
    quiet = [steps_of(points(latencies(seed) * np.exp(weekend))) for seed in range(6)]
    assert sum(bool(each) for each in quiet) <= 1

    [step] = steps_of(points(latencies(1) * np.exp(weekend) * np.where(np.arange(672) >= 600, 1.3, 1.0)))
    assert abs(step.index - 600) <= 4
    assert step.ratio == pytest.approx(1.3, rel=0.03)


def test_a_rate_is_told_as_a_rate_and_chance_and_traffic_are_not() -> None:
    steady = [steps_of(points(rates(seed, np.full(300, level)), RATE)) for seed, level in enumerate([0, 0.01, 0.2] * 4)]
    assert sum(bool(each) for each in steady) <= 1
    busier = Points(RATE, MONDAY, HOUR, rates(1, np.full(300, 0.01), 20), np.r_[np.full(150, 20), np.full(150, 900)])
    assert steps_of(busier) == ()

    [step] = steps_of(points(rates(2, np.r_[np.full(240, 0.02), np.full(40, 0.1)]), RATE))
    assert abs(step.index - 240) <= 3
    assert step.before == pytest.approx(0.02, abs=0.006)
    assert step.after == pytest.approx(0.1, abs=0.02)
    assert step.low_ratio < 5 < step.high_ratio


def test_the_level_is_back_in_its_band_for_long_enough_and_not_before() -> None:
    def after(*levels: tuple[int, float]) -> bool:
        parts = np.concatenate([np.full(count, level) for count, level in levels])
        return is_back(points(latencies(3, parts.size) * parts), MONDAY + 240 * HOUR, 1.5)

    assert not after((240, 1.0), (48, 1.5))
    assert not after((240, 1.0), (48, 1.5), (3, 1.0))
    assert after((240, 1.0), (48, 1.5), (9, 1.0))
    assert after((240, 1.0), (48, 1.5), (30, 1.1))
    assert not after((240, 1.0), (48, 1.5), (30, 1.3))
    assert not after((240, 1.0))


def test_a_rate_is_back_too() -> None:
    def back(now: float) -> bool:
        level = np.r_[np.full(240, 0.01), np.full(48, 0.1), np.full(24, now)]
        return is_back(points(rates(4, level), RATE), MONDAY + 240 * HOUR, 10.0)

    assert back(0.01)
    assert not back(0.1)


def test_benjamini_and_hochbergs_own_example() -> None:
    """Fifteen p-values of their paper's §3.1: at 0.05 four of them are told, though only three pass Bonferroni."""
    p_values = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590,
        1.0,
    ]  # fmt: skip
    assert sum(discoveries(p_values, 15, 0.05)) == 4
    assert discoveries(p_values[::-1], 15, 0.05) == discoveries(p_values, 15, 0.05)[::-1]
    assert discoveries([], 0, 0.1) == []


@given(st.lists(st.floats(0, 1), max_size=20), st.integers(0, 50))
def test_more_tests_tell_less_and_the_least_likely_are_told_first(p_values: list[float], more: int) -> None:
    told = discoveries(p_values, len(p_values), 0.1)
    fewer = discoveries(p_values, len(told) + more, 0.1)
    assert all(first for first, second in zip(told, fewer, strict=True) if second)
    kept = [p for p, is_told in zip(p_values, told, strict=True) if is_told]
    left = [p for p, is_told in zip(p_values, told, strict=True) if not is_told]
    assert not kept or not left or max(kept) <= min(left)
