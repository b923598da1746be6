"""A sketch is right to 1.1 % at every quantile, and merges to the same bytes in any order."""

import json
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longpole.analysis.sketch import EMPTY, RELATIVE_ERROR, Sketch, bucket_bound, bucket_indices, merge, unpacked

VECTORS = json.loads((Path(__file__).parents[3] / "docs/reference/sketch-vectors.json").read_text())["vectors"]
QUANTILES = (0.0, 0.01, 0.5, 0.9, 0.95, 0.99, 0.999, 1.0)
VALUES = st.lists(st.integers(0, 5) | st.integers(0, 10**13) | st.sampled_from([2**k for k in range(45)]), max_size=60)


def shapes() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(7)
    n = 20_000
    return {
        "lognormal": rng.lognormal(20, 1, n),
        "timeouts": np.concatenate([rng.lognormal(20, 0.3, n), np.full(n // 20, 30e9)]),
        "bimodal": np.concatenate([rng.normal(1e6, 1e4, n), rng.normal(5e9, 1e8, n)]),
        "pareto": (rng.pareto(1.2, n) + 1) * 1e6,
        "point": np.full(n, 1_234_567.0),
    }


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: str(vector["value"]))
def test_the_published_vectors(vector: dict[str, int]) -> None:
    assert bucket_indices(np.array([vector["value"]])).tolist() == [vector["bucket"]]


@pytest.mark.parametrize("shape", shapes())
def test_every_quantile_is_right_to_the_promised_error(shape: str) -> None:
    values = shapes()[shape].astype(np.int64)
    sketch = Sketch.of(values)

    for q in QUANTILES:
        assert sketch.quantile(q) == pytest.approx(np.quantile(values, q), rel=RELATIVE_ERROR)
    assert sketch.mean == pytest.approx(values.mean(), rel=1e-12)
    assert sketch.stddev == pytest.approx(values.std(), rel=1e-9, abs=1e-6)


@given(VALUES.filter(bool), st.sampled_from(QUANTILES))
def test_few_values_interpolate_as_order_statistics_do(values: list[int], q: float) -> None:
    assert Sketch.of(values).quantile(q) == pytest.approx(float(np.quantile(values, q)), rel=RELATIVE_ERROR)


@given(st.lists(VALUES, max_size=6), st.randoms(use_true_random=False))
def test_merging_is_adding_the_values(groups: list[list[int]], rng: random.Random) -> None:
    whole = Sketch.of([value for group in groups for value in group]).pack()
    packed = [Sketch.of(group).pack() for group in groups]
    rng.shuffle(packed)

    assert merge(packed).pack() == whole
    assert merge([merge(packed[:2]).pack(), *packed[2:]]).pack() == whole


@given(st.integers(1, 2**62))
def test_a_value_lies_in_its_bucket(value: int) -> None:
    index = int(bucket_indices(np.array([value]))[0])

    assert bucket_bound(index) * (1 - 1e-12) <= value <= bucket_bound(index + 1) * (1 + 1e-12)


@given(VALUES.filter(bool), st.integers(0, 10**13))
def test_the_share_above_a_threshold_errs_by_the_bucket_it_falls_into(values: list[int], threshold: int) -> None:
    share = Sketch.of(values).share_above(threshold)
    least = sum(value > threshold * (1 + RELATIVE_ERROR) for value in values) / len(values)
    most = sum(value > threshold for value in values) / len(values)

    assert share is not None
    assert least <= share + 1e-12
    assert share <= most + 1e-12


def test_nothing_has_no_figures() -> None:
    assert (EMPTY.mean, EMPTY.stddev, EMPTY.quantile(0.5), EMPTY.share_above(1)) == (None, None, None, None)
    assert merge([]).pack() == merge([EMPTY.pack()]).pack() == Sketch.of([]).pack()


def test_negative_values_are_refused() -> None:
    with pytest.raises(ValueError, match="-1"):
        Sketch.of([1, -1])


@given(st.lists(st.one_of(st.integers(0, 3), st.integers(0, (1 << 63) - 1)), max_size=30))
def test_what_is_packed_is_unpacked(some: list[int]) -> None:
    packed = Sketch.of(some).pack()

    assert unpacked(packed).pack() == packed
    assert unpacked(packed).quantile(0.5) == merge([packed]).quantile(0.5)
