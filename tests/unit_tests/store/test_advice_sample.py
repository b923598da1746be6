"""Which runs are replayed: evenly spread, and not more than fit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longpole.store.advice_runs import EXECUTIONS_AT_A_TIME, RUNS_AT_A_TIME, ListedRuns
from longpole.store.advice_sample import sampled_places
from longpole.store.growing_columns import GrowingColumns

SIZES = st.lists(st.integers(0, 30), max_size=40)


@pytest.mark.parametrize(
    ("sizes", "places"),
    [
        ([], []),
        ([5], [0]),
        ([50], []),  # one that alone is too large
        ([1] * 8, [0, 2, 4, 6]),  # no more than four
        ([10] * 4, [0]),  # no more than nineteen together
        ([9, 9, 9], [0, 1]),
    ],
)
def test_examples(sizes: list[int], places: list[int]) -> None:
    assert sampled_places(np.array(sizes, dtype=np.int64), most=4, in_all=19) == places


@given(SIZES, st.integers(1, 10), st.integers(1, 60))
def test_a_sample_fits_and_is_in_order(sizes: list[int], most: int, in_all: int) -> None:
    places = sampled_places(np.array(sizes, dtype=np.int64), most, in_all)

    assert len(places) <= most
    assert sum(sizes[place] for place in places) <= in_all
    assert places == sorted(set(places))
    if sum(sizes) <= in_all and len(sizes) <= most:
        assert places == list(range(len(sizes)))


@given(st.lists(st.integers(1, 9_000), max_size=60))
def test_portions_are_all_runs_in_order_and_none_is_large_but_by_one_run(executions: list[int]) -> None:
    keys = np.arange(len(executions), dtype=np.int64)
    listed = ListedRuns(keys, keys + 100, np.array(executions, dtype=np.int64))

    portions = list(listed.portions())

    assert [key for some, _ in portions for key in some.tolist()] == keys.tolist()
    assert all((ends == some + 100).all() for some, ends in portions)
    assert all(
        len(some) == 1 or sum(executions[key] for key in some.tolist()) <= EXECUTIONS_AT_A_TIME for some, _ in portions
    )


def test_portions_of_small_runs_have_so_many_runs() -> None:
    ones = np.ones(RUNS_AT_A_TIME + 1, dtype=np.int64)

    assert [len(some) for some, _ in ListedRuns(ones, ones, ones).portions()] == [RUNS_AT_A_TIME, 1]


@given(st.lists(SIZES, max_size=8), st.integers(0, 50))
def test_columns_hold_what_was_added_whatever_was_expected(parts: list[list[int]], expected: int) -> None:
    columns = GrowingColumns({"whole": np.int64, "half": np.float64}, expected)

    for part in parts:
        whole = np.array(part, dtype=np.int64)
        columns.add(whole=whole, half=whole / 2)

    every = [value for part in parts for value in part]
    assert len(columns) == len(every)
    assert columns.columns()["whole"].tolist() == every
    assert columns.columns()["half"].tolist() == [value / 2 for value in every]
