"""By how much a quantity grew."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longpole.analysis.drift import drift


@pytest.mark.parametrize("count", [400, 50_000])
def test_twice_as_much(count: int) -> None:
    times = np.arange(count)
    found = drift(times, 100.0 * 2 ** (times / count))
    assert found is not None
    assert found.factor == pytest.approx(2**0.75, rel=0.02)  # from the middle of the first quarter to that of the last
    assert found.is_steady


def test_a_step_is_no_steady_growth_and_noise_no_growth() -> None:
    source = np.random.default_rng(2)
    step = drift(np.arange(200), np.where(np.arange(200) < 100, 100.0, 300.0) * source.lognormal(0, 0.1, 200))
    assert step is not None
    assert (step.factor_low > 2, step.is_steady) == (True, False)
    noise = drift(np.arange(200), 100 * source.lognormal(0, 0.5, 200))
    assert noise is not None
    assert noise.factor_low < 1.3
    assert not noise.is_steady


@given(st.lists(st.floats(1, 1e9), min_size=20, max_size=60))
def test_bounds_hold_the_factor(values: list[float]) -> None:
    found = drift(np.arange(len(values)), np.array(values))
    assert found is not None
    assert found.factor_low <= found.factor <= found.factor_high


def test_too_few_or_from_nothing() -> None:
    assert drift(np.arange(19), np.ones(19)) is None
    assert drift(np.arange(40), np.zeros(40)) is None
    flat = drift(np.arange(40), np.ones(40))
    assert flat is not None
    assert (flat.factor_low, flat.factor, flat.factor_high, flat.is_steady) == (1, 1, 1, False)
