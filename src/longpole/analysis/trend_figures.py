"""What one metric comes to in one period: a headline, and how it was spread.

The headline is the median of a time, the sum of a count, of tokens and of
money, the ratio of a rate; beside it stand least, greatest, mean, deviation and
percentiles over the runs (of `node_time`: over the node executions). The
headline of a user's metric is the median.

Invariant: figures of equal cells are equal; none is made of a metric of which
nothing is known.

Upstream: `rollup` cells of runs. Downstream: `services.trends`. Source: the contract's metric types.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from longpole.analysis import sketch
from longpole.analysis.metric_figures import custom_figures
from longpole.analysis.rollup_cells import CACHE_RATE_UNIT
from longpole.analysis.sketch import Sketch

_PER_SECOND, _PER_USD = 1e9, 1e12
UNITS: dict[str, float] = {
    "run_time": _PER_SECOND,
    "node_time": _PER_SECOND,
    "critical_time": _PER_SECOND,
    "waiting_time": _PER_SECOND,
    "tokens_input": 1,
    "tokens_output": 1,
    "tokens_cache_read": 1,
    "tokens_reasoning": 1,
    "cost": _PER_USD,
    "retries": 1,
    "cache_hit_rate": CACHE_RATE_UNIT,
    "node_count": 1,
}
"""The metrics that cells have a sketch of, and how many of a sketch's units make one of theirs."""

TIMES = frozenset({"run_time", "node_time", "critical_time", "waiting_time"})
"""Metrics whose headline is the median."""


@dataclass(frozen=True, slots=True)
class TrendFigures:
    """One metric in one period; seconds, US dollars, tokens, counts, a ratio 0-1, a hit rate 0-100.

    `sample_count` is over how many runs or node executions it is.
    """

    metric_type: str
    value: float | None
    least: float | None
    greatest: float | None
    avg: float | None
    stddev: float | None
    p50: float | None
    p95: float | None
    p99: float | None
    sample_count: int


def trend_figures(numbers: Mapping[str, int], sketches: Mapping[str, bytes | None]) -> Iterator[TrendFigures]:
    """The figures of every metric that something is known of, from the numbers and sketches of a period's cell."""
    runs = numbers.get("run_count", 0)
    if runs <= 0:
        return
    yield _plain("run_count", runs, runs)
    yield _plain("error_rate", numbers["failed"] / runs, runs)
    for metric, unit in UNITS.items():
        packed = sketches.get(metric)
        if packed is not None:
            spread = sketch.unpacked(packed)
            yield _spread(metric, _headline(metric, spread, numbers), spread, unit)
    for name, of in custom_figures(sketches):
        yield TrendFigures(name, of.value, of.min, of.max, of.avg, of.stddev, of.p50, of.p95, of.p99, of.n)


def _plain(metric: str, value: float, samples: int) -> TrendFigures:
    return TrendFigures(metric, float(value), None, None, None, None, None, None, None, samples)


def _headline(metric: str, spread: Sketch, numbers: Mapping[str, int]) -> float | None:
    """In the sketch's unit."""
    if metric in TIMES:
        return spread.quantile(0.5)
    if metric == "cost":
        return max(numbers["cost_usd"], 0)
    if metric == "cache_hit_rate":
        return numbers["cache_rate_nodes"] / numbers["cache_known_nodes"]
    return spread.total


def _spread(metric: str, value: float | None, spread: Sketch, unit: float) -> TrendFigures:
    def scaled(number: float | None) -> float | None:
        return None if number is None else number / unit

    return TrendFigures(
        metric_type=metric,
        value=scaled(value),
        least=scaled(spread.least),
        greatest=scaled(spread.greatest),
        avg=scaled(spread.mean),
        stddev=scaled(spread.stddev),
        p50=scaled(spread.quantile(0.5)),
        p95=scaled(spread.quantile(0.95)),
        p99=scaled(spread.quantile(0.99)),
        sample_count=spread.count,
    )
