"""What many sketches come to together is what each group's values come to, in one step or in several."""

from collections import defaultdict
from typing import Any, Final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from longpole.analysis.sketch import Sketch, merge
from longpole.analysis.sketch_stacks import decoded

values = st.lists(st.one_of(st.sampled_from([0, 1, 2, 3, 1000]), st.integers(0, 2**62)), max_size=6)
parts = st.lists(st.tuples(values, st.integers(0, 5)), max_size=25)
NEARLY: Final[dict[str, Any]] = {
    "rel": 1e-14,
    "abs": 0.0,
}  # exponentials of arrays differ from single ones in the last bit
shares = st.sampled_from([0.0, 0.5, 0.95, 1.0])


@given(parts, shares)
def test_a_group_is_the_sketch_of_its_values(some: list[tuple[list[int], int]], q: float) -> None:
    together = _together(some)
    read = decoded([Sketch.of(each).pack() for each, _ in some])
    groups = np.array([group for _, group in some], dtype=np.int64)[read.stack.places]
    made = read.stack.merged(groups)
    found = dict(zip(made.places.tolist(), made.quantiles(q).tolist(), strict=True))
    assert found == pytest.approx({group: Sketch.of(each).quantile(q) for group, each in together.items()}, **NEARLY)


@given(parts, shares)
def test_grouped_twice_is_grouped_once(some: list[tuple[list[int], int]], q: float) -> None:
    read = decoded([Sketch.of(each).pack() for each, _ in some])
    groups = np.array([group for _, group in some], dtype=np.int64)[read.stack.places]
    first = read.stack.merged(groups)
    twice, once = first.merged(first.places // 2), read.stack.merged(groups // 2)
    assert _by_place(twice.places, twice.quantiles(q)) == pytest.approx(
        _by_place(once.places, once.quantiles(q)), **NEARLY
    )


@given(parts)
def test_spreads_are_those_of_the_values(some: list[tuple[list[int], int]]) -> None:
    together = _together(some)
    read = decoded([Sketch.of(each).pack() for each, _ in some])
    groups = np.array([group for _, group in some], dtype=np.int64)[read.stack.places]
    spread = read.stack.merged(groups).spreads(read.sums(groups))
    for number, place in enumerate(spread.places.tolist()):
        sketch = Sketch.of(together.pop(place))
        assert spread.counts[number] == sketch.count
        assert spread.totals[number] / spread.counts[number] == float(sketch.total) / sketch.count
        assert spread.deviations[number] == sketch.stddev
        assert (spread.least[number], spread.greatest[number]) == (float(sketch.least), float(sketch.greatest))
        assert spread.quantiles[:, number] == pytest.approx([sketch.quantile(q) for q in (0.5, 0.95, 0.99)], **NEARLY)
    assert not together


def test_absent_and_empty_sketches_are_left_out() -> None:
    read = decoded([None, Sketch.of([]).pack(), b"", Sketch.of([7]).pack()])
    assert read.stack.places.tolist() == [3]
    assert read.stack.merged(np.array([9])).quantiles(0.5).tolist() == [7.0]


def test_no_sketches_come_to_none() -> None:
    stack = decoded([None]).stack
    assert not stack.merged(np.empty(0, np.int64)).quantiles(0.5).size


def test_more_than_four_thousand_million_values() -> None:
    packed = Sketch.of([5]).pack()
    for _ in range(33):  # doubled 33 times
        packed = merge([packed, packed]).pack()
    made = decoded([packed, Sketch.of([9]).pack()]).stack.merged(np.array([0, 0]))
    assert made.counts.tolist() == [2**33 + 1]
    assert made.quantiles(1.0).tolist() == [9.0]


def _together(some: list[tuple[list[int], int]]) -> dict[int, list[int]]:
    together: dict[int, list[int]] = defaultdict(list)
    for each, group in some:
        if each:
            together[group] += each
    return together


def _by_place(places: NDArray[Any], found: NDArray[Any]) -> dict[int, float]:
    return dict(zip(places.tolist(), found.tolist(), strict=True))
