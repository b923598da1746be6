"""The short form of `benchmarks/parallel.py`: forty workflows with hidden dependencies, judged, rewritten, executed."""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"


@pytest.fixture
def benchmark() -> Iterator[Any]:
    sys.path.insert(0, str(BENCHMARKS))
    try:
        yield import_module("parallel")
    finally:
        sys.path.remove(str(BENCHMARKS))


def test_what_is_called_safe_is_and_most_of_it_is_found(benchmark: Any) -> None:
    result = benchmark.measured(dags=40, runs=6, real=0, mined=0, seed=11)
    ours = result.scores["ours"]

    assert result.wanted > 100
    assert ours.wrong == 0
    assert result.unsafe_runs == 0
    assert ours.missed <= 0.05 * result.wanted
    assert max(result.errors) < 0.001
    assert result.scores["fingerprints alone"].wrong > 10  # the generator hides what it should
