"""Failures that are one cause: alike messages, the innermost step, inputs that come again, groups, later calls."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longpole.analysis.error_clusters import alike, concentration, innermost, passes, repeats


def test_messages_that_differ_in_a_word_are_one_but_for_a_status() -> None:
    patterns = ["item red is not there", "item blue is not there", "gone", "HTTP 404 from <url>", "HTTP 401 from <url>"]

    assert alike(patterns) == [0, 0, 2, 3, 4]


@given(st.lists(st.text("ab c", max_size=12), max_size=30))
def test_each_is_like_one_that_came_before_and_is_its_own_kind(patterns: list[str]) -> None:
    found = alike(patterns)

    assert all(first <= place and found[first] == first for place, first in enumerate(found))


def test_the_innermost_of_each_run() -> None:
    # nodes: 0 holds 1, which holds 2; run 8 fails at all three, run 9 at the outer two only
    run, node = np.array([8, 8, 8, 9, 9]), np.array([0, 1, 2, 0, 1])

    assert innermost(run, node, np.array([-1, 0, 1])).tolist() == [False, False, True, False, True]


def test_nodes_inside_one_another_in_a_circle_are_in_nothing() -> None:
    assert innermost(np.array([1, 1]), np.array([0, 1]), np.array([1, 0])).any()
    assert innermost(np.array([1]), np.array([0]), np.array([0])).tolist() == [True]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4)), unique=True, max_size=20), st.permutations(range(5)))
def test_some_failure_of_each_run_is_to_blame_whatever_nodes_are_called(
    failed: list[tuple[int, int]], names: list[int]
) -> None:
    parents = [-1, 0, 1, 0, -1]
    run, node = (np.array([each[part] for each in failed], np.int64) for part in (0, 1))
    renamed = np.full(5, -1, np.int64)
    for child, parent in enumerate(parents):
        renamed[names[child]] = -1 if parent < 0 else names[parent]
    found = innermost(run, node, np.array(parents))

    assert {each[0] for each, is_it in zip(failed, found, strict=True) if is_it} == {each[0] for each in failed}
    assert (found == innermost(run, np.array(names)[node], renamed)).all()


def test_inputs_that_pass_and_inputs_that_never_do() -> None:
    prints = np.array([7, 5, 7, 0, 5, 7, 3, 5])
    failed = np.array([1, 1, 1, 1, 0, 1, 1, 0], np.bool_)
    found = repeats(prints, failed)

    assert (found.passed.count, found.passed.n) == (1, 3)  # 5 passed; 7 failed twice more
    assert (found.poisoned.count, found.poisoned.n, found.inputs) == (3, 5, 1)
    assert repeats(np.zeros(0, np.int64), np.zeros(0, np.bool_)).passed.n == 0


def test_the_group_in_which_failures_are() -> None:
    codes = np.arange(400) % 4
    failed = (codes == 2) & (np.arange(400) % 3 == 0)
    found = concentration(codes, failed)

    assert found is not None
    assert (found.code, found.of_failures, found.outside.count) == (2, 1.0, 0)
    assert concentration(codes, np.arange(400) % 7 == 0) is None
    assert concentration(np.full(400, -1), failed) is None
    assert concentration(codes, np.zeros(400, np.bool_)) is None
    assert concentration(np.zeros(400, np.int64), failed) is None  # all are in one: that says nothing


def test_later_calls() -> None:
    starts = np.array([0, 10, 20, 30, 100])
    fails = np.array([True, False, True, False, False])

    assert passes(np.array([1, 21]), starts, fails, 5, 10) == passes(np.array([21, 1]), starts, fails, 5, 10)
    found = passes(np.array([1, 21, 31]), starts, fails, 5, 10)
    assert (found.count, found.n) == (2, 2)  # after the last, none comes in time
    assert passes(np.array([90]), starts, fails, 20, 100).n == 0


@pytest.mark.parametrize("after", [0, 1])
def test_no_calls_say_nothing(after: int) -> None:
    assert passes(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.bool_), after, 9).n == 0
