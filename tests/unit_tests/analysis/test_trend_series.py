"""The figures of many cells at once are those of each of them alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longpole.analysis.rollup import Cells, roll_up
from longpole.analysis.sketch_groups import spreads
from longpole.analysis.trend_figures import UNITS, trend_figures
from longpole.analysis.trend_series import NODE_NUMBERS, RUN_NUMBERS, node_figures, run_figures
from longpole.domain.trends import Figures

NUMBERS = ("run_count", "failed", "cost_usd", "cache_rate_nodes", "cache_known_nodes")

values = st.lists(st.integers(-1, 1 << 40), min_size=1, max_size=30)


def cells_of(groups: list[list[int]]) -> Cells:
    """A cell for each group of runs: every metric of a run is the same number, -1 where it is unknown."""
    keys = np.array([[group] for group, own in enumerate(groups) for _ in own], dtype=np.int64)
    every = np.array([value for own in groups for value in own], dtype=np.int64)
    numbers = {
        "run_count": np.ones(len(every), np.int64),
        "failed": (every > 5).astype(np.int64),
        "cost_usd": every,
        "cache_rate_nodes": np.where(every >= 0, every * 2, -1),
        "cache_known_nodes": np.where(every >= 0, 2, 0),
    }
    return roll_up(keys, numbers, dict.fromkeys(UNITS, every))


@given(st.lists(values, min_size=1, max_size=8))
def test_as_the_rows_of_the_table(groups: list[list[int]]) -> None:
    cells = cells_of(groups)
    found = {metric: run_figures(metric, cells) for metric in ("run_count", "error_rate", *UNITS)}
    for place in range(len(cells)):
        numbers = {name: int(cells.numbers[name][place]) for name in NUMBERS}
        rows = trend_figures(numbers, {name: packed[place] for name, packed in cells.sketches.items()})
        told = {row.metric_type: row for row in rows}
        assert {metric for metric, figures in found.items() if figures[place] is not None} == set(told)
        for metric, row in told.items():
            given_now = found[metric][place]
            assert given_now is not None
            assert given_now.n == row.sample_count
            expected = (row.value, row.avg, row.stddev, row.least, row.greatest, row.p50, row.p95, row.p99)
            for one, other in zip((given_now[0], *given_now[2:]), expected, strict=True):
                assert one is other is None or one == pytest.approx(other, rel=1e-9, abs=1e-12)


def test_no_cells_have_no_figures() -> None:
    cells = cells_of([[1]]).where(np.empty(0, np.int64))
    assert run_figures("run_time", cells) == []
    assert run_figures("run_count", cells) == []


def test_cells_of_nothing_known() -> None:
    assert run_figures("run_time", cells_of([[-1], [3]]))[0] is None
    assert spreads([None, None]).places.size == 0


def node_cells(**numbers: int) -> Cells:
    return Cells(np.zeros((1, 6), np.int64), {name: np.array([value]) for name, value in numbers.items()}, {})


@pytest.mark.parametrize(
    ("metric", "numbers", "expected"),
    [
        ("tokens_input", {"input_tokens": 900, "executions": 4}, Figures(900.0, 4)),
        ("tokens_input", {"input_tokens": -1, "executions": 4}, None),
        ("cost", {"cost_usd": 3 * 10**12, "cost_known": 2}, Figures(3.0, 2, 1.5)),
        ("cost", {"cost_usd": -1, "cost_known": 0}, None),
        ("error_rate", {"failed": 1, "succeeded": 3}, Figures(0.25, 4)),
        ("error_rate", {"failed": 0, "succeeded": 0}, None),
        ("retries", {"retries": 6, "executions": 4}, Figures(6.0, 4, 1.5)),
        ("cache_hit_rate", {"cache_hits": 1, "cache_known": 4}, Figures(25.0, 4)),
        ("cache_hit_rate", {"cache_hits": 0, "cache_known": 0}, None),
        ("node_count", {"executions": 7}, Figures(7.0, 7)),
        (
            "memory_peak",
            {"memory_bytes": 30, "memory_known": 2, "memory_max_bytes": 20},
            Figures(20.0, 2, 15.0, max=20.0),
        ),
        ("memory_peak", {"memory_bytes": 0, "memory_known": 0, "memory_max_bytes": -1}, None),
    ],
)
def test_sums_and_rates_of_nodes(metric: str, numbers: dict[str, int], expected: Figures | None) -> None:
    assert set(numbers) == set(NODE_NUMBERS[metric])
    assert list(node_figures(metric, node_cells(**numbers))) == [expected]


def test_memory_of_runs() -> None:
    numbers = dict.fromkeys(RUN_NUMBERS["memory_peak"], 8)
    assert list(run_figures("memory_peak", node_cells(**{**numbers, "memory_known": 2}))) == [
        Figures(8.0, 2, 4.0, max=8.0)
    ]
