"""Bounds of differences hold as often as they say, and are each other's mirror images."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longpole.analysis.confidence import (
    Mean,
    Proportion,
    Quantile,
    benjamini_hochberg,
    holm,
    looks,
    looks_p,
    ratio_mismatch_p,
    shift,
    student,
)


def quantile(values: np.ndarray, q: float) -> Quantile:
    ordered = np.sort(values)
    return Quantile(q, (np.arange(ordered.size) + 0.5) / ordered.size, ordered, ordered.size)


@pytest.mark.parametrize(("q", "n_a", "n_b"), [(0.5, 100, 100), (0.95, 100, 100), (0.95, 100, 2_000), (0.99, 500, 500)])
def test_bounds_of_a_quantiles_ratio_hold(q: float, n_a: int, n_b: int) -> None:
    """Of 600 comparisons 95 % hold; three deviations of chance are 2.7 %."""
    random = np.random.default_rng(1)
    held = 0
    for _ in range(600):
        a, b = np.exp(random.normal(0, 0.8, n_a)), 0.8 * np.exp(random.normal(0, 0.8, n_b))
        found = shift(quantile(a, q).logarithm(), quantile(b, q).logarithm()).exponential()
        held += found.low <= 0.8 <= found.high
    assert 0.923 <= held / 600 <= 0.977


def test_too_few_runs_beyond_a_quantile_bound_nothing() -> None:
    values = np.arange(1.0, 31.0)
    found = shift(quantile(values, 0.99), quantile(values + 5, 0.99))
    assert (found.low, found.high) == (-math.inf, math.inf)


def test_looking_often_costs_less_than_twice_the_width_and_holds() -> None:
    """Of 200 deploys of equals, looked at forty times each, fewer than one in twenty."""
    random = np.random.default_rng(2)
    false = 0
    for _ in range(200):
        a, b = random.normal(0, 1, (2, 2_000))
        for n in range(50, 2_001, 50):
            one, other = (Mean(each[:n].mean(), each[:n].std() / math.sqrt(n), n, n - 1) for each in (a, b))
            found = shift(one, other, repeated=True)
            if not found.low <= 0 <= found.high:
                false += 1
                break
    assert false / 200 <= 0.05
    assert 1.4 < looks(1_000, 1_000) / 1.96 < 1.7


@given(st.floats(0.5, 6), st.integers(30, 5_000), st.integers(30, 5_000))
def test_looks_and_their_p_values_agree(z: float, n_a: int, n_b: int) -> None:
    assert (looks_p(z, n_a, n_b) < 0.05) == (z > looks(n_a, n_b))


@given(
    st.lists(st.floats(0.001, 1_000), min_size=2, max_size=60),
    st.lists(st.floats(0.001, 1_000), min_size=2, max_size=60),
    st.sampled_from([0.5, 0.95, 0.99]),
)
def test_swapped_sides_mirror(a: list[float], b: list[float], q: float) -> None:
    one, other = quantile(np.array(a), q), quantile(np.array(b), q)
    there, back = shift(one, other), shift(other, one)
    assert (back.value, back.low, back.high, back.p_value) == (-there.value, -there.high, -there.low, there.p_value)
    assert there.low <= there.value <= there.high
    assert (there.low <= 0 <= there.high) or there.p_value < 0.05


@given(st.integers(0, 40), st.integers(1, 40), st.integers(0, 40), st.integers(1, 40))
def test_bounds_of_shares_hold_them_and_agree_with_the_p_value(x: int, m: int, y: int, n: int) -> None:
    a, b = Proportion(min(x / m, 1.0), m), Proportion(min(y / n, 1.0), n)
    found = shift(a, b)
    assert -1 <= found.low <= found.value <= found.high <= 1
    assert (found.low > 0 or found.high < 0) == (found.p_value < 0.05) or math.isclose(
        found.p_value, 0.05, rel_tol=0.05
    )


def test_shares_by_hand() -> None:
    """Newcombe's own example: 56 of 70 and 48 of 80 differ by 0.0524 to 0.3339."""
    found = shift(Proportion(48 / 80, 80), Proportion(56 / 70, 70))
    assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=2e-4)


def test_student_by_the_tables() -> None:
    """97.5 % of Student's distribution with 5, 30 and many degrees of freedom."""
    assert [float(student(np.array([1.96]), freedom)[0]) for freedom in (5, 30, 1e9)] == pytest.approx(
        [2.571, 2.042, 1.96], abs=0.02
    )


def test_corrections_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert benjamini_hochberg([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.04, 0.04])
    assert (holm([]), benjamini_hochberg([])) == ([], [])


@given(st.lists(st.floats(0, 1), max_size=12))
def test_corrections_never_help_and_keep_the_order(p_values: list[float]) -> None:
    for correct in (holm, benjamini_hochberg):
        corrected = correct(p_values)
        assert all(1 >= after >= before for before, after in zip(p_values, corrected, strict=True))
        by_size = sorted(zip(p_values, corrected, strict=True))
        assert [after for _, after in by_size] == sorted(corrected)


def test_shares_of_runs_that_chance_does_not_explain() -> None:
    assert ratio_mismatch_p(5_200, 4_800, 0.5) < 0.001
    assert ratio_mismatch_p(5_050, 4_950, 0.5) == pytest.approx(0.317, abs=0.001)
    assert ratio_mismatch_p(0, 0, 0.5) == 1.0
