"""Success by attempt, waits, and timeouts beside what succeeds."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longpole.analysis.retry_figures import (
    Waits,
    last_worthwhile,
    success_by_attempt,
    timeout_figures,
    wait_effect,
    waits,
)

EXECUTIONS = st.lists(st.tuples(st.integers(1, 6), st.booleans()), max_size=80)


@given(EXECUTIONS)
def test_who_comes_to_an_attempt_has_failed_at_the_one_before(executions: list[tuple[int, bool]]) -> None:
    attempts = np.array([each[0] for each in executions], np.int64)
    shares = success_by_attempt(attempts, np.array([each[1] for each in executions], np.bool_))

    assert sum(each.count for each in shares) == sum(each[1] for each in executions)
    assert all(after.n <= before.n - before.count for before, after in pairwise(shares))


def test_success_by_attempt_by_hand() -> None:
    shares = success_by_attempt(np.array([1, 1, 2, 3, 3]), np.array([1, 0, 1, 1, 0], np.bool_))

    assert [(each.count, each.n) for each in shares] == [(1, 5), (1, 3), (1, 2)]


def test_the_last_attempt_that_is_worth_it() -> None:
    attempts = np.repeat([1, 2, 5], [100, 40, 60])
    succeeded = np.repeat([True, True, False], [100, 40, 60])

    assert last_worthwhile(success_by_attempt(attempts, succeeded)) == 2
    assert last_worthwhile(success_by_attempt(attempts, np.ones(200, np.bool_))) is None
    assert last_worthwhile(success_by_attempt(attempts[:1], succeeded[:1])) is None
    assert last_worthwhile(()) is None


def test_waits_are_between_attempts_that_follow_each_other() -> None:
    found = waits(
        execution=np.array([4, 4, 4, 7, 7, 9]),
        number=np.array([1, 2, 3, 1, 3, 1]),
        start_ns=np.array([0, 15, 40, 0, 50, 0]),
        end_ns=np.array([10, 20, 50, -1, 60, 5]),
        succeeded=np.array([0, 0, 1, 0, 1, 1], np.bool_),
    )

    assert found.wait_ns.tolist() == [5, 20]
    assert found.number.tolist() == [1, 2]
    assert found.succeeded.tolist() == [False, True]


def pauses(wait_s: list[float], succeeded: list[bool]) -> Waits:
    n = len(wait_s)
    return Waits(np.arange(n), np.ones(n, np.int64), np.array(wait_s) * 1e9, np.array(succeeded, np.bool_))


def test_waiting_longer_that_helps_and_that_does_not() -> None:
    wait_s = [0.1, 10.0] * 40
    helps = wait_effect(pauses(wait_s, [each > 1 for each in wait_s]))
    same = wait_effect(pauses(wait_s, [at % 4 < 2 for at in range(80)]))

    assert helps is not None
    assert same is not None
    assert (helps.short_ns, helps.long_ns) == (1e8, 1e10)
    assert helps.z > 8
    assert same.z == 0
    assert wait_effect(pauses([1.0] * 80, [True] * 80)) is None
    assert wait_effect(pauses(wait_s[:20], [True] * 20)) is None


def test_timeouts_that_are_far_from_all_successes_and_that_cut_through_them() -> None:
    all_s = np.exp(np.random.default_rng(2).normal(0, 0.5, 1_000))
    cut = timeout_figures(all_s[all_s < 2], np.full(int((all_s >= 2).sum()), 2.0))
    far = timeout_figures(all_s, 60 + np.random.default_rng(3).normal(0, 0.05, 40))

    assert cut is not None
    assert far is not None
    assert cut.beyond_once == pytest.approx(cut.timeouts.ratio, abs=0.03)
    assert cut.beyond_twice < cut.beyond_once / 5
    assert cut.near.ratio > 0.3
    assert far.at_s == pytest.approx(60, abs=0.1)
    assert far.success_p99_s * 3 < far.at_s
    assert far.near.count == 0


def test_failures_at_any_time_are_no_timeout() -> None:
    assert timeout_figures(np.ones(50), np.linspace(1, 60, 40)) is None
    assert timeout_figures(np.ones(50), np.full(4, 9.0)) is None
    assert timeout_figures(np.ones(5), np.full(40, 9.0)) is None
