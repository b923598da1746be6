"""Corners of piecewise straight functions are found with few questions."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from longpole.analysis.piecewise import sampled

GRID = tuple(number / 4 for number in range(9))


def _interpolated(samples: tuple[tuple[float, int], ...], place: float) -> float:
    for (left, low), (right, high) in itertools.pairwise(samples):
        if left <= place <= right:
            return low + (high - low) * (place - left) / (right - left)
    raise AssertionError(place)


def test_a_straight_line_is_two_samples() -> None:
    assert sampled(lambda place: round(10**9 * (1 + place)), GRID, 1e3, 60) == ((0.0, 10**9), (2.0, 3 * 10**9))


def test_a_corner_is_found_where_it_is() -> None:
    asked: list[float] = []

    def end(place: float) -> int:
        asked.append(place)
        return round(max(7_000_000, 4_000_000 + 6_000_000 * place))

    found = sampled(end, GRID, 3_000, 60)

    assert found == ((0.0, 7_000_000), (0.5, 7_000_000), (2.0, 16_000_000))
    assert len(asked) <= 20


lines = st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)), min_size=1, max_size=5)


@given(lines, st.floats(0, 2))
def test_straight_lines_between_the_samples_are_true(pieces: list[tuple[int, int]], place: float) -> None:
    def end(at: float) -> int:
        return round(max(base + rise * at for base, rise in pieces))

    tolerance = max(1.0, end(1) * 0.0005)
    found = sampled(end, GRID, tolerance, 200)

    assert abs(_interpolated(found, place) - end(place)) <= 2 * tolerance + 1
    assert [sample[0] for sample in found] == sorted({sample[0] for sample in found})


def test_no_more_questions_than_are_allowed() -> None:
    asked: list[float] = []

    def end(place: float) -> int:
        asked.append(place)
        return round(place**2 * 10**9)

    sampled(end, GRID, 1.0, 25)
    assert len(asked) <= 25
