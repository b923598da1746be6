"""Laws of shares, of changes of a rate, and of rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longpole.analysis.proportions import clustering_z, difference_z, rate_change, share

COUNTS = st.integers(1, 5_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def test_wilson_as_tables_have_it() -> None:
    found = share(41, 500)

    assert (found.low, found.high) == (pytest.approx(0.0610, abs=1e-4), pytest.approx(0.1094, abs=1e-4))
    assert share(0, 10).high == pytest.approx(0.2775, abs=1e-4)
    assert share(0, 0) == share(0, 0)
    assert share(0, 0).ratio == 0


@given(COUNTS)
def test_an_interval_holds_its_share_and_mirrors(of: tuple[int, int]) -> None:
    count, n = of
    found, other = share(count, n), share(n - count, n)

    assert 0 <= found.low <= found.ratio <= found.high <= 1
    assert found.low == pytest.approx(1 - other.high, abs=1e-9)


@given(COUNTS)
def test_more_of_the_same_is_surer(of: tuple[int, int]) -> None:
    few, many = share(*of), share(10 * of[0], 10 * of[1])

    assert many.high - many.low <= few.high - few.low + 1e-12


@given(COUNTS, COUNTS)
def test_a_difference_has_a_sign(a: tuple[int, int], b: tuple[int, int]) -> None:
    assert difference_z(*a, *b) == pytest.approx(-difference_z(*b, *a), abs=1e-9)
    assert difference_z(*a, *a) == 0


def test_a_change_of_rate_is_found_where_it_is() -> None:
    flags = np.zeros(300, np.bool_)
    flags[200::3] = True
    found = rate_change(flags)

    assert found is not None
    assert found.at == 200
    assert found.before.count == 0
    assert (found.after.count, found.after.n) == (34, 100)


@pytest.mark.parametrize("flags", [[], [True], [True] * 50, [False] * 50, [True, False] * 50])
def test_one_rate_does_not_change(flags: list[bool]) -> None:
    assert rate_change(np.array(flags, np.bool_)) is None


def test_chance_is_no_change() -> None:
    source = np.random.default_rng(5)

    assert sum(rate_change(source.uniform(size=400) < 0.1) is not None for _ in range(300)) <= 1


def test_rows_and_chance_and_turns() -> None:
    row = np.arange(200) // 20 == 4
    source = np.random.default_rng(3)

    assert clustering_z(row) > 10
    assert abs(clustering_z(source.uniform(size=2_000) < 0.1)) < 3
    assert clustering_z(np.arange(200) % 2 == 0) < -10
    assert clustering_z(np.zeros(100, np.bool_)) == 0


@given(st.lists(st.booleans(), max_size=60))
def test_rows_are_as_long_backwards(flags: list[bool]) -> None:
    some = np.array(flags, np.bool_)

    assert clustering_z(some) == pytest.approx(clustering_z(some[::-1]))
    assert clustering_z(some) == pytest.approx(clustering_z(~some))
