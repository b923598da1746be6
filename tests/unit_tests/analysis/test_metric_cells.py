"""Numbers of any sign and size come out of cells as they went in, whichever way the cells were merged."""

import math
from statistics import fmean, pstdev, quantiles

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longpole.analysis.metric_cells import FIELD, FORMULA, OF_NODES, OF_RUNS, limited, metric_sketches
from longpole.analysis.metric_figures import custom_figures, figures_of
from longpole.analysis.rollup import Cells, joined, merge
from longpole.analysis.rollup_rows import Measured
from longpole.domain.metrics import MOST_NAMES

numbers = st.one_of(st.floats(-9e12, 9e12), st.floats(-2, 2), st.sampled_from([0.0, 1.0, -1.0, 1e-12, -1e-13]))


def cells(values: list[float], at: list[int] | None = None, names: tuple[tuple[str, str], ...] = ()) -> Cells:
    """The cells of one row per value, each in the cell of its place in `at`."""
    places = np.array(at or [0] * len(values), np.int64).reshape(-1, 1)
    keys = np.unique(places, axis=0)
    named = names or ((OF_RUNS, "quality"),)
    index = np.arange(len(values)) % len(named)
    measured = Measured(named, index, np.arange(len(values)), np.array(values, np.float64))
    return Cells(keys, {}, metric_sketches(measured, places, keys))


@given(st.lists(numbers, min_size=1, max_size=40))
def test_figures_are_those_of_the_numbers(values: list[float]) -> None:
    (found,) = figures_of("quality", cells(values))

    assert found is not None
    close = {"rel": 1e-6, "abs": 1e-12}
    assert (found.n, found.min, found.max) == (
        len(values),
        pytest.approx(min(values), **close),
        pytest.approx(max(values), **close),
    )
    largest = max(map(abs, values))
    assert found.avg == pytest.approx(fmean(values), rel=1e-6, abs=1e-6 * largest + 1e-12)
    assert found.stddev == pytest.approx(pstdev(values), rel=1e-4, abs=1e-5 * largest + 1e-12)
    cuts = quantiles(values, n=100, method="inclusive") if len(values) > 1 else values * 99
    for at, figure in ((50, found.p50), (95, found.p95), (99, found.p99)):
        around = sorted(values, key=lambda value: abs(value - cuts[at - 1]))[:3]  # of what it is made
        assert figure == pytest.approx(cuts[at - 1], rel=0.011, abs=0.011 * max(map(abs, around)) + 1e-12)
    assert found.value == found.p50


def test_one_by_hand() -> None:
    (found,) = figures_of("quality", cells([-3.0, -0.5, 0.0, 0.25, 8.0]))

    assert found is not None
    assert (found.n, found.min, found.p50, found.max) == (5, -3.0, 0.0, 8.0)
    assert found.avg == pytest.approx(0.95)
    assert found.p95 == pytest.approx(6.45, rel=0.011)


@given(st.lists(st.tuples(numbers, st.integers(0, 2)), min_size=1, max_size=30), st.randoms())
def test_cells_of_a_whole_are_the_merged_cells_of_its_parts(rows: list[tuple[float, int]], chance: object) -> None:
    values, at = [value for value, _ in rows], [place for _, place in rows]
    whole = cells(values, at)
    cut = len(rows) // 2
    parts = [cells(values[begin:end], at[begin:end]) for begin, end in ((0, cut), (cut, len(rows))) if begin < end]
    together = joined(parts[::-1])
    merged = merge(together, together.keys)

    assert merged.keys.tolist() == whole.keys.tolist()
    assert {name: list(column) for name, column in merged.sketches.items()} == {
        name: list(column) for name, column in whole.sketches.items()
    }


def test_what_cannot_be_kept_is_left_out() -> None:
    assert cells([9.2e12, -1e300]).sketches == {}
    assert set(cells([9.1e12, -0.5]).sketches) == {"metric:quality", "metric-~:quality"}


def test_a_formula_goes_before_what_is_sent_and_a_run_before_its_nodes() -> None:
    names = ((FORMULA, "x"), (OF_RUNS, "x"), (OF_NODES, "x"), (FIELD, "input_bytes"), (OF_NODES, "y"))
    sketches = cells([1.0, 2.0, 3.0, 4.0, 5.0], names=names).sketches
    found = {name: figures.value for name, figures in custom_figures({name: of[0] for name, of in sketches.items()})}

    assert found == {"x": 1.0, "y": 5.0}


name_sets = st.lists(st.sets(st.sampled_from("abcdefgh"), min_size=1), min_size=1, max_size=4)


@given(name_sets, st.integers(1, 4), st.data())
def test_limited_before_or_after_merging_is_the_same(held: list[set[str]], most: int, data: st.DataObject) -> None:
    parts = [_named(names, data.draw(st.sampled_from([OF_RUNS, OF_NODES]))) for names in held]
    together = joined(parts)
    first_merged, left_out = limited(merge(together, together.keys), most)
    first_limited = joined([limited(part, most)[0] for part in parts])
    in_the_end, _ = limited(merge(first_limited, first_limited.keys), most)

    assert dict(in_the_end.sketches) == dict(first_merged.sketches)
    every = sorted(set().union(*held))
    assert {name.partition(":")[2] for name in first_merged.sketches} == set(every[:most])
    assert left_out == max(len(every) - most, 0)


def _named(names: set[str], kind: str) -> Cells:
    ordered = sorted(names)
    return cells([1.0] * len(ordered), names=tuple((kind, name) for name in ordered))


def test_thousands_of_names_never_become_columns() -> None:
    names = tuple((OF_RUNS, f"n{number:05}") for number in range(5_000))
    found = cells([math.pi] * 5_000, names=(*names[:2_500], (FORMULA, "n02499x"), *names[2_500:-1]))

    assert len(found.sketches) == MOST_NAMES + 1
    assert "formula:n02499x" in found.sketches
    assert f"metric:n{MOST_NAMES - 1:05}" in found.sketches
