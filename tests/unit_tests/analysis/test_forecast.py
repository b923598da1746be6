"""A forecast keeps its shape whatever the unit, is never below 0, is the same each time, and bears gaps."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from longpole.analysis.forecast import Forecast, forecast, rough
from longpole.analysis.forecast_outlook import outlook, together
from longpole.analysis.forecast_paths import band, paths, sums
from longpole.analysis.forecast_ways import go_on, ways_of

Floats = NDArray[np.float64]
WEEKS = (7,)
points = st.one_of(st.floats(0, 1e6), st.just(0.0), st.just(float("nan")))
series = st.lists(points, min_size=21, max_size=80).map(np.array)


def weekly(weeks: int, noise: float = 0.0, seed: int = 0) -> Floats:
    week = np.array([100.0, 110.0, 120.0, 110.0, 100.0, 30.0, 20.0])
    return np.tile(week, weeks) * (1 + noise * np.random.default_rng(seed).normal(size=7 * weeks))


def made(values: Floats, horizon: int = 30) -> Forecast:
    found = forecast(values, horizon, WEEKS)
    assert found is not None
    return found


def test_what_repeats_goes_on() -> None:
    found = made(weekly(8), 14)
    assert found.values == pytest.approx(weekly(2), rel=1e-6)
    assert np.nanmax(np.abs(found.mistakes)) < 1e-6


def test_two_seasons_of_hours() -> None:
    hours = np.arange(24 * 35)
    values = 10 + 5 * np.sin(2 * np.pi * hours / 24) + np.where(hours // 24 % 7 >= 5, -4.0, 0.0)
    found = forecast(values[:-48], 48, (24, 168))
    assert found is not None
    assert found.values == pytest.approx(values[-48:], abs=0.2)


@settings(max_examples=40, deadline=None)
@given(series, st.integers(1, 40))
def test_laws(values: Floats, horizon: int) -> None:
    found = forecast(values, horizon, WEEKS)
    if found is None:
        assert np.isfinite(values).sum() < 21
        return
    bounds = band(found)
    futures = paths(found, 50)

    assert found.values.shape == bounds.low.shape == bounds.high.shape == (horizon,)
    assert np.isfinite(found.values).all()
    assert (found.values >= 0).all()
    assert (futures >= 0).all()
    assert np.isfinite(futures).all()
    assert (bounds.low <= found.values + 1e-9).all()
    assert (bounds.high >= found.values - 1e-9).all()
    again = made(values, horizon)
    assert np.array_equal(again.values, found.values)
    assert np.array_equal(paths(again, 50), futures)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.floats(1e-6, 1e6))
def test_in_another_unit_it_is_the_same(seed: int, times: float) -> None:
    values = weekly(6, 0.2, seed).clip(0)
    one, other = made(values), made(values * times)

    assert other.values == pytest.approx(one.values * times, rel=1e-6)
    assert sums(other, 100) == pytest.approx(sums(one, 100) * times, rel=1e-6)


def test_nothing_used_goes_on_as_nothing() -> None:
    found = made(np.zeros(40))
    assert found.values.tolist() == [0.0] * 30
    assert sums(found, 20).max() < 1e-6


def test_gaps_change_little() -> None:
    values = weekly(9, 0.02)
    gaps = values.copy()
    gaps[[3, 17, 30, 31, 32, 50]] = np.nan
    assert made(gaps).values.sum() == pytest.approx(made(values).values.sum(), rel=0.03)


def test_far_ahead_less_is_known() -> None:
    futures = paths(made(weekly(9, 0.05), 60), 2_000)
    near, far = (np.std(futures[:, day::7][:, place]) for day, place in ((0, 0), (0, 8)))
    assert far > 2 * near


def test_levels_that_moved_may_move_again() -> None:
    calm, moving = weekly(9, 0.02), weekly(9, 0.02)
    moving = moving * np.repeat([1.0, 1.5, 1.1, 1.7, 1.2, 1.8, 1.0, 1.6, 1.3], 7)

    def wide(values: Floats) -> float:
        low, high = np.quantile(sums(made(values)), [0.1, 0.9])
        return float((high - low) / made(values).values.sum())

    assert wide(moving) > 1.3 * wide(calm)


def test_too_little_is_known() -> None:
    assert forecast(weekly(2)[:13], 30, WEEKS) is None
    assert forecast(np.full(60, np.nan), 30, WEEKS) is None
    assert forecast(weekly(2), 30, WEEKS) is not None
    assert rough(np.array([1.0]), 30, WEEKS) is None


def test_a_rough_range_holds_the_mean() -> None:
    found = rough(np.array([8.0, 12.0, np.nan, 10.0]), 10, WEEKS)
    assert found is not None
    low, high = np.quantile(sums(found), [0.1, 0.9])
    assert found.ways == ()
    assert low < 100 < high


@pytest.mark.parametrize("way", ways_of(WEEKS))
def test_each_way_goes_on_from_anything(way: object) -> None:
    for past in (np.zeros(14), np.full(21, np.nan), weekly(3)):
        assert (go_on(past, 9, way) >= 0).all()  # type: ignore[arg-type] - a Way, which parametrize does not know


def test_workflows_come_to_their_sum() -> None:
    rows = np.vstack([weekly(8, 0.05, 1), weekly(8, 0.05, 2) * 3])
    each = [made(row).values for row in rows]
    found = outlook(rows, 30, WEEKS, greatest=False, only_range=False)

    assert found is not None
    assert found.values == pytest.approx(each[0] + each[1])
    assert np.array_equal(together(rows, greatest=True), rows.max(0))
    assert not found.is_range


def test_a_workflow_that_has_just_begun_counts_with_its_mean() -> None:
    rows = np.vstack([weekly(8), np.full(56, np.nan)])
    rows[1, -3:] = 5.0
    found = outlook(rows, 7, WEEKS, greatest=False, only_range=False)
    assert found is not None
    assert found.values == pytest.approx(weekly(1) + 5.0, rel=1e-6)


def test_of_many_workflows_the_small_ones_are_one() -> None:
    rows = np.vstack([weekly(4, 0.1, seed) for seed in range(60)])
    found = outlook(rows, 7, WEEKS, greatest=False, only_range=False)
    assert found is not None
    assert found.values.sum() == pytest.approx(60 * weekly(1).sum(), rel=0.05)


def test_nothing_known_has_no_outlook() -> None:
    assert outlook(np.full((2, 30), np.nan), 7, WEEKS, greatest=False, only_range=False) is None
