"""Steps are found, and nothing else is: not noise, spikes, seasons, drift or gaps."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from longpole.analysis.change_cleaning import cleaned
from longpole.analysis.change_segments import optimal_segments
from longpole.analysis.changepoints import changepoints

Floats = NDArray[np.float64]
SEEDS = st.integers(0, 10_000)


def series(seed: int, *steps: tuple[int, float], points: int = 240, sigma: float = 0.1, rho: float = 0.0) -> Floats:
    random = np.random.default_rng(seed)
    noise = random.normal(0, sigma, points)
    for place in range(1, points):
        noise[place] = rho * noise[place - 1] + np.sqrt(1 - rho**2) * noise[place]
    level = np.zeros(points)
    for place, ratio in steps:
        level[place:] += np.log(ratio)
    return 2 * np.exp(level + noise)


def places(values: Floats, season: int | None = None) -> list[int]:
    return [each.index for each in changepoints(values, season=season)]


def test_planted_steps_are_found_with_their_size() -> None:
    up, down = changepoints(series(1, (80, 1.5), (160, 0.6)))

    assert (abs(up.index - 80), abs(down.index - 160)) == (0, 0)
    assert up.low_ratio < 1.5 < up.high_ratio
    assert down.low_ratio < 0.6 < down.high_ratio
    assert [up.before, up.after] == pytest.approx([2, 3], rel=0.05)
    assert down.before == pytest.approx(up.after)
    assert up.first_index <= 80 <= up.last_index
    assert max(up.p_value, down.p_value) < 1e-9


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.8])
def test_a_large_step_is_found_in_noise_that_follows_itself(rho: float) -> None:
    found = [places(series(seed, (120, 2.0), rho=rho)) for seed in range(10)]

    assert sum(len(each) == 1 and abs(each[0] - 120) <= 3 for each in found) >= 9


@pytest.mark.parametrize("value", [1e-9, 1.0, 3.7, 1e9])
def test_a_constant_has_no_steps(value: float) -> None:
    assert changepoints([value] * 300) == ()
    assert places(np.array([value] * 100 + [value * 1.5] * 100)) == [100]


DAY = np.exp(0.3 * np.sin(2 * np.pi * np.arange(240) / 24))


def spiked(seed: int) -> Floats:
    values = series(seed)
    values[np.random.default_rng(seed).random(240) < 0.03] *= 3
    return values


@pytest.mark.parametrize(
    "made",
    [
        series,
        spiked,
        lambda seed: series(seed, rho=0.5),
        lambda seed: series(seed) * np.linspace(1, 1.3, 240),
        lambda seed: series(seed) * DAY,
    ],
    ids=["noise", "spikes", "follows itself", "drift", "season"],
)
def test_what_is_no_step_is_none(made: Callable[[int], Floats]) -> None:
    found = [places(made(seed)) for seed in range(15)]

    assert sum(bool(each) for each in found) <= 1


def test_what_follows_itself_much_is_not_cut_into_many_levels() -> None:
    """Many levels take up the wandering, and what is left follows nothing: they would justify each other."""
    found = [places(series(seed, rho=0.8)) for seed in range(20)]

    assert sum(bool(each) for each in found) <= 4


def test_a_season_is_no_step_where_it_is_told_of_and_a_step_beside_it_is_found() -> None:
    assert sum(bool(places(series(seed) * DAY, season=24)) for seed in range(8)) <= 1

    found = [places(series(seed, (130, 1.4)) * DAY, season=24) for seed in range(8)]
    assert sum(len(each) == 1 and abs(each[0] - 130) <= 5 for each in found) >= 7


@pytest.mark.parametrize("points", range(8))
def test_short_series_are_borne(points: int) -> None:
    assert changepoints(np.linspace(1, 2, points)) == ()


def test_what_is_missing_or_not_above_zero_is_left_out() -> None:
    assert changepoints([float("nan")] * 50) == changepoints([0.0] * 50) == changepoints([-1.0] * 50) == ()


@settings(max_examples=25, deadline=None)
@given(SEEDS, st.floats(1e-6, 1e6))
def test_scale_moves_nothing_and_changes_no_ratio(seed: int, factor: float) -> None:
    values = series(seed, (90, 1.4))
    plain, scaled = changepoints(values), changepoints(values * factor)

    assert [each.index for each in plain] == [each.index for each in scaled]
    assert [each.ratio for each in plain] == pytest.approx([each.ratio for each in scaled])
    assert [each.after * factor for each in plain] == pytest.approx([each.after for each in scaled])


@settings(max_examples=25, deadline=None)
@given(SEEDS, st.integers(0, 40))
def test_points_that_are_missing_move_no_others(seed: int, count: int) -> None:
    """A gap is as if those points had not been asked for: steps are where they are, in the series' own places."""
    values = series(seed, (90, 1.6))
    gaps = np.random.default_rng(seed).choice(np.delete(np.arange(240), 90), count, replace=False)
    holed = values.copy()
    holed[gaps] = np.nan
    kept = np.flatnonzero(np.isfinite(holed))
    close, apart = changepoints(values[kept]), changepoints(holed)

    assert [int(kept[each.index]) for each in close] == [each.index for each in apart]
    assert [each.ratio for each in close] == pytest.approx([each.ratio for each in apart])


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_bounds_hold_what_they_are_of(seed: int) -> None:
    for each in changepoints(series(seed, (60, 1.5), (150, 0.7))):
        assert each.first_index <= each.index <= each.last_index
        assert each.low_ratio <= each.ratio <= each.high_ratio
        assert each.ratio == pytest.approx(each.after / each.before)
        assert abs(each.ratio - 1) >= 0.08
        assert each.p_value < 4e-4


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(-3, 3), min_size=4, max_size=9), st.floats(0.1, 8), st.integers(1, 2))
def test_no_segmentation_costs_less(given_values: list[int], penalty: float, least: int) -> None:
    values = np.array(given_values, dtype=np.float64)

    def cost(starts: list[int]) -> float:
        bounds = [0, *starts, values.size]
        parts = [values[a:b] for a, b in pairwise(bounds)]
        return sum(float(np.square(part - part.mean()).sum()) for part in parts) + penalty * len(starts)

    def all_of(begin: int) -> list[list[int]]:
        rest = [[place, *more] for place in range(begin + least, values.size - least + 1) for more in all_of(place)]
        return [[], *rest]

    assert cost(optimal_segments(values, penalty, least)) == pytest.approx(min(map(cost, all_of(0))))


def test_a_spike_is_moved_to_the_edge_and_a_level_is_left() -> None:
    logs = np.random.default_rng(1).normal(0, 0.1, 100)
    spiked = logs.copy()
    spiked[50] = 3.0
    clean = cleaned(spiked, np.arange(100), None)

    assert 0 < clean[50] < 0.6
    assert np.abs(np.delete(clean - logs, 50)).max() < 0.2
