"""Percentiles by hand, and the laws that every distribution obeys."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longpole.analysis.distribution import Distribution, distribution

VALUES = st.lists(st.sampled_from([0.0, 0.1, 1.0, 1.5, 2.0, 1e9, 1e-9]), min_size=1, max_size=30)


def of(*values: float) -> Distribution | None:
    return distribution(np.array(values, dtype=np.float64))


def test_nothing_is_known() -> None:
    assert of() is None
    assert of(float("nan")) is None


def test_one_value_is_every_percentile_of_itself() -> None:
    assert of(15.5) == Distribution(1, 15.5, 15.5, 15.5, 15.5, 0.0, 15.5, 15.5, 15.5)


def test_percentiles_interpolate_between_order_statistics() -> None:
    """Of 1 to 5 the p95 lies at place 3.8, between the 4 and the 5."""
    found = of(5, 3, float("nan"), 1, 2, 4)

    assert found is not None
    assert (found.count, found.total, found.avg, found.min, found.max) == (5, 15.0, 3.0, 1.0, 5.0)
    assert found.stddev == pytest.approx(2**0.5)
    assert (found.p50, found.p95, found.p99) == (3.0, pytest.approx(4.8), pytest.approx(4.96))


@given(VALUES)
def test_the_figures_are_in_order(values: list[float]) -> None:
    found = of(*values)

    assert found is not None
    assert found.min <= found.p50 <= found.p95 <= found.p99 <= found.max
    assert found.min <= found.avg <= found.max
    assert 0 <= found.stddev <= found.max - found.min


@given(VALUES, st.randoms(use_true_random=False))
def test_the_order_of_the_values_makes_no_difference(values: list[float], random: object) -> None:
    shuffled = values[:]
    random.shuffle(shuffled)  # type: ignore[attr-defined] # a random.Random

    assert of(*shuffled) == of(*values)
