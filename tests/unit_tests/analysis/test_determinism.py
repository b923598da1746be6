"""Whether outputs were the same where inputs were, and how sure that makes anybody."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longpole.analysis.cache_replay import CacheReplay, Ledger
from longpole.analysis.determinism import (
    change_rate,
    changed_by,
    last_before,
    served_pairs,
    successive_pairs,
    upper_bound,
)


def replay_of(key: list[int], start: list[int], failed: tuple[int, ...] = ()) -> CacheReplay:
    succeeded = np.array([place not in failed for place in range(len(key))])
    starts = np.array(start)
    return CacheReplay(Ledger(np.array(key), starts, starts + 2, succeeded, succeeded))


@pytest.mark.parametrize(
    ("count", "n", "bound"),
    [(0, 300, 0.00994), (1, 300, 0.01571), (5, 100, 0.10225), (99, 100, 0.99949), (3, 3, 1.0), (0, 0, 1.0)],
)
def test_bounds_are_those_of_the_tables(count: int, n: int, bound: float) -> None:
    """One-sided 95 % bounds of Clopper and Pearson, as tables of the beta distribution have them."""
    assert upper_bound(count, n) == pytest.approx(bound, abs=5e-5)


@given(st.integers(0, 400), st.integers(1, 400))
def test_a_bound_is_above_the_share_and_falls_with_more_pairs(count: int, more: int) -> None:
    n = count + more

    assert count / n < upper_bound(count, n) <= 1
    assert upper_bound(count, 2 * n) < upper_bound(count, n)


def test_the_rule_of_three() -> None:
    assert 2.9 / 5_000 < upper_bound(0, 5_000) < 3 / 5_000


def test_a_million_pairs_of_which_many_differ_have_a_bound_too() -> None:
    assert upper_bound(400_000, 1_000_000) == pytest.approx(0.40081, abs=1e-5)


def test_hits_are_paired_with_what_they_would_have_been_served() -> None:
    """Two keys; kept for 10: the one at 15 is made anew and serves the one at 20."""
    replay = replay_of([1, 7, 1, 1, 1], [0, 1, 5, 15, 20])
    output = np.array([70, 99, 70, 70, 71])

    pairs = served_pairs(replay, replay.play(10), output)

    assert (pairs.later.tolist(), pairs.earlier.tolist()) == ([2, 4], [0, 3])
    assert pairs.age_ns.tolist() == [3, 3]
    assert pairs.same.tolist() == [True, False]


def test_successes_are_paired_in_a_row_and_outputs_not_seen_in_none() -> None:
    replay = replay_of([1, 1, 1, 2, 1, 1], [0, 1, 9, 10, 20, 30], failed=(2,))
    output = np.array([70, 70, 71, 5, 70, 0])

    pairs = successive_pairs(replay, output)

    assert (pairs.later.tolist(), pairs.earlier.tolist(), pairs.age_ns.tolist()) == ([1, 4], [0, 1], [0, 17])
    assert (pairs.mismatches, pairs.youngest_mismatch_ns) == (0, None)


def test_the_age_at_which_outputs_begin_to_differ() -> None:
    replay = replay_of([1] * 4, [0, 10, 50, 150])

    pairs = successive_pairs(replay, np.array([5, 5, 6, 7]))

    assert (pairs.mismatches, pairs.youngest_mismatch_ns) == (2, 38)
    assert len(pairs.where(pairs.age_ns < 38)) == 1


def test_a_steady_rate_of_change_is_found_again() -> None:
    rng = np.random.default_rng(1)
    age = rng.exponential(3_600.0, 20_000)
    same = rng.random(20_000) > -np.expm1(-age / 86_400)

    rate = change_rate(age, same)

    assert 1 / rate == pytest.approx(86_400, rel=0.1)
    assert changed_by(age, rate) == pytest.approx(np.count_nonzero(~same), rel=0.02)


def test_what_never_changed_has_no_rate_of_change() -> None:
    assert change_rate(np.array([1.0, 5.0]), np.array([True, True])) == 0.0
    assert changed_by(np.array([1.0, 5.0]), 0.0) == 0.0


def test_the_last_one_before_that_is_meant() -> None:
    replay = replay_of([1, 1, 2, 1, 2, 3], [0, 10, 11, 20, 30, 40])
    which = np.array([True, False, False, True, True, True])

    assert last_before(replay, which).tolist() == [-1, 0, -1, 0, -1, -1]


def test_nobody_is_before_anybody_where_no_key_repeats() -> None:
    assert last_before(replay_of([1, 2], [0, 1]), np.array([True, True])).tolist() == [-1, -1]


def test_only_those_that_are_meant_are_paired() -> None:
    replay = replay_of([1, 1, 1], [0, 10, 20])

    pairs = successive_pairs(replay, np.array([5, 6, 5]), which=np.array([True, False, True]))

    assert (pairs.later.tolist(), pairs.earlier.tolist(), pairs.mismatches) == ([2], [0], 0)


def test_what_failed_tells_nothing_of_what_would_have_come_out() -> None:
    replay = replay_of([1, 1, 1], [0, 10, 20], failed=(1,))

    pairs = served_pairs(replay, replay.play(100), np.array([5, 6, 5]))

    assert (pairs.later.tolist(), pairs.mismatches) == ([2], 0)
