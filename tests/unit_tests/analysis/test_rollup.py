"""Cells of a union are the merged cells of its parts, byte by byte, whatever the order."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longpole.analysis.rollup import MAX, Cells, folded, joined, merge, roll_up
from longpole.analysis.sketch import Ints, Sketch, unpack
from longpole.analysis.sketch_groups import quantiles

Rows = list[tuple[int, int, int, int]]
OTHER = 5

numbers = st.one_of(st.integers(-1, 5), st.integers(-1, MAX))
rows = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 9), numbers, numbers), max_size=40)


def ints(values: list[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def cells_of(some: Rows) -> Cells:
    keys = np.array([row[:2] for row in some], dtype=np.int64).reshape(-1, 2)
    amounts = {"sum": ints([row[2] for row in some]), "memory_max_bytes": ints([row[3] for row in some])}
    return roll_up(keys, amounts, {"time": ints([row[3] for row in some])})


def told(cells: Cells) -> list[tuple[object, ...]]:
    columns = [values.tolist() for values in cells.numbers.values()] + [list(each) for each in cells.sketches.values()]
    return list(zip(map(tuple, cells.keys.tolist()), *columns, strict=True))


def test_sums_maxima_and_sketches_of_two_cells() -> None:
    cells = cells_of([(1, 1, 4, 10), (0, 1, 7, -1), (1, 1, -1, 30)])

    assert told(cells) == [((0, 1), 7, -1, None), ((1, 1), 4, 30, Sketch.of([10, 30]).pack())]


def test_no_rows_make_no_cells() -> None:
    assert told(cells_of([])) == []


@given(rows)
def test_sketches_are_those_of_single_groups(some: Rows) -> None:
    for key, _, _, packed in told(cells_of(some)):
        values = [row[3] for row in some if row[:2] == key and row[3] >= 0]
        assert packed == (Sketch.of(values).pack() if values else None)


@given(st.lists(st.lists(st.one_of(st.integers(0, 3), st.integers(0, MAX)), max_size=9), max_size=6), st.floats(0, 1))
def test_quantiles_are_those_of_single_sketches(groups: list[list[int]], q: float) -> None:
    sketches = [Sketch.of(values) for values in groups]
    packed = [sketch.pack() if sketch.count else None for sketch in sketches]

    for found, sketch in zip(quantiles(packed, q), sketches, strict=True):
        wanted = sketch.quantile(q)
        assert found == (None if wanted is None else pytest.approx(wanted, rel=1e-9))


@given(rows)
def test_sums_are_exact_up_to_the_largest_number(some: Rows) -> None:
    for key, total, largest, _ in told(cells_of(some)):
        known = [row[2] for row in some if row[:2] == key and row[2] >= 0]
        assert total == (min(sum(known), MAX) if known else -1)
        assert largest == max(row[3] for row in some if row[:2] == key)


@given(rows, st.lists(st.integers(0, 3), min_size=40, max_size=40), st.randoms(use_true_random=False))
def test_cells_of_a_union_are_the_merged_cells_of_its_parts(some: Rows, parts: list[int], order: random.Random) -> None:
    apart = [cells_of([row for row, part in zip(some, parts, strict=False) if part == number]) for number in range(4)]
    order.shuffle(apart)
    together = joined(apart)

    assert told(merge(together, together.keys)) == told(cells_of(some))


@given(rows)
def test_the_order_of_rows_makes_no_difference(some: Rows) -> None:
    assert told(cells_of(some[::-1])) == told(cells_of(some))


@given(rows)
def test_a_coarser_cell_is_that_of_all_its_rows(some: Rows) -> None:
    fine = cells_of(some)
    coarse = merge(fine, fine.keys // [1, 5])

    assert told(coarse) == told(cells_of([(a, b // 5, c, d) for a, b, c, d in some]))


@given(rows, st.integers(0, 4))
def test_folding_merged_cells_is_merging_folded_ones(some: Rows, most: int) -> None:
    half = len(some) // 2
    apart = joined([folded(cells_of(some[:half]), 1, most, OTHER), folded(cells_of(some[half:]), 1, most, OTHER)])

    assert told(folded(merge(apart, apart.keys), 1, most, OTHER)) == told(folded(cells_of(some), 1, most, OTHER))


@given(rows, st.integers(0, 4))
def test_folding_keeps_the_smallest_and_loses_nothing(some: Rows, most: int) -> None:
    cells = folded(cells_of(some), 1, most, OTHER)

    for first in {row[0] for row in some}:
        there = {row[1] for row in some if row[0] == first} - {OTHER}
        left = {key[1] for key in cells.keys.tolist() if key[0] == first} - {OTHER}
        assert left == set(sorted(there)[:most])
    whole = sum(unpack(packed).count for packed in cells.sketches["time"] if packed is not None)
    assert whole == sum(row[3] >= 0 for row in some)


@pytest.mark.parametrize("chosen", [[], [1], [2, 0]])
def test_some_cells_can_be_picked(chosen: list[int]) -> None:
    cells = cells_of([(0, 0, 1, 1), (0, 1, 2, 2), (0, 2, 3, 3)])

    assert told(cells.where(ints(chosen))) == [told(cells)[place] for place in chosen]
