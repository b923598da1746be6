"""How prompts grow within runs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longpole.analysis.prompt_growth import beyond, growth, rounds_of


def calls(runs: int, rounds: int, per_round: float, noise: float = 0.0, spread: float = 0.0) -> tuple[np.ndarray, ...]:
    source = np.random.default_rng(1)
    run = np.repeat(np.arange(runs), rounds)
    place = np.tile(np.arange(rounds), runs)
    base = 1_000 + spread * source.standard_normal(runs)[run]
    return run, place, base + per_round * place + noise * source.standard_normal(run.size)


def test_the_slope_is_within_runs() -> None:
    """Runs whose prompts differ much do not blur it."""
    found = growth(*calls(60, 8, 120.0, noise=40, spread=400))
    assert found is not None
    assert found.low <= 120 <= found.high
    assert found.high - found.low < 10
    assert (found.n, found.rounds) == (60, 8)


def test_runs_that_are_longer_have_longer_prompts_but_none_grows() -> None:
    run = np.repeat(np.arange(40), np.arange(3, 43))
    place = np.concatenate([np.arange(each) for each in range(3, 43)])
    found = growth(run, place, 100.0 * run)
    assert found is not None
    assert found.per_round == pytest.approx(0, abs=1e-9)


def test_two_rounds_say_nothing() -> None:
    assert growth(*calls(50, 2, 500.0)) is None
    assert growth(np.array([], np.int64), np.array([], np.int64), np.array([])) is None


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6), st.integers(1, 9_000)), min_size=1, max_size=60))
def test_bounds_hold_the_slope(rows: list[tuple[int, int, int]]) -> None:
    run, place, tokens = (np.array(column) for column in zip(*rows, strict=True))
    found = growth(run, place, tokens.astype(float))
    if found is not None:
        assert found.low <= found.per_round <= found.high
        assert 0 <= found.growing_share <= 1


@given(st.permutations(range(24)))
def test_order_makes_no_difference(order: list[int]) -> None:
    run, place, tokens = calls(4, 6, 77.0, noise=30)
    assert growth(run[order], place[order], tokens[order]).per_round == pytest.approx(
        growth(run, place, tokens).per_round
    )  # type: ignore[union-attr]


def test_rounds_by_time() -> None:
    assert rounds_of(np.array([1, 0, 1, 0, 1]), np.array([30, 5, 10, 9, 20])).tolist() == [2, 0, 0, 1, 1]


def test_beyond_the_kept_rounds() -> None:
    run, place = np.array([0, 0, 0, 0, 1, 1]), np.array([0, 1, 2, 3, 0, 1])
    tokens = np.array([100.0, 200, 300, 400, 100, 900])
    assert beyond(run, place, tokens, 1).tolist() == [0, 0, 100, 200, 0, 0]
    assert beyond(run, place, tokens, 7).tolist() == [0] * 6


def test_bounds_of_many_runs_are_those_of_drawing_again() -> None:
    few, many = growth(*calls(1_900, 4, 50.0, noise=60)), growth(*calls(2_100, 4, 50.0, noise=60))
    assert few is not None
    assert many is not None
    assert many.high - many.low == pytest.approx(few.high - few.low, rel=0.2)
