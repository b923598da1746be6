"""Two sets of runs, figure by figure: how far apart, how sure, and whether another mix of traffic is behind it.

    a  ───●───            raw: as the runs are
    b      ───●───        adjusted: each class of input, way and time of day as often on both sides
                          verdict: of what is adjusted, with all figures allowed for

Of two sets that differ by chance only, fewer than one comparison in twenty
gives any verdict at all: four in a hundred are left to the figures (Holm), one
to the nodes (`comparison_nodes`).

Invariant: with the sides in each other's place, better is worse and ratios are
turned over; values of another unit and runs in another order change nothing.

Upstream: `services.compare`. Downstream: `comparison_ground`, `comparison_columns`, `confidence`.
Source: that of `confidence` and `same_traffic`.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from longpole.analysis.comparison_columns import Column, Floats, Histogram, Values
from longpole.analysis.comparison_ground import Ground
from longpole.analysis.confidence import Mean, Shift, holm, shift
from longpole.analysis.same_traffic import Traffic
from longpole.domain.comparisons import Difference, Effect, FigureComparison, Verdict

ALPHA = 0.04
"""What is left to the figures of a comparison's 5 %."""
_LEAST_CHANGE = 0.01
"""Less than a hundredth is not worth a word, however sure it is."""
_LEAST_RUNS = 30
_LEAST_RUNS_P95, _LEAST_RUNS_P99 = 100, 500
"""Five runs beyond it."""


@dataclass(frozen=True, slots=True)
class Runs:
    """The runs of a side, a place in every array per run; NaN where a number is not known.

    `elapsed_s` of failed runs is not compared: they end early. `nodes` counts
    what a run's `cache_hit_rate` (0–100) is about.
    """

    traffic: Traffic
    elapsed_s: Floats
    has_failed: Floats
    cost_usd: Floats
    tokens: Floats
    cache_hit_rate: Floats
    retries: Floats
    nodes: Floats

    def __len__(self) -> int:
        return len(self.traffic)


Histograms = Mapping[str, Histogram]
"""What is kept of a side whose runs are gone, by the quantity's name: `elapsed_s`, …"""


@dataclass(frozen=True, slots=True)
class Figure:
    """How a figure is made: of which quantity, which statistic (`p95`, `mean`, `share`), and how it is told."""

    name: str
    unit: str
    column: str
    statistic: str | float
    effect: Effect
    more_is_worse: bool = True
    least_runs: int = _LEAST_RUNS


FIGURES: Sequence[Figure] = (
    Figure("run_time_p50", "s", "elapsed_s", 0.5, Effect.RATIO),
    Figure("run_time_p95", "s", "elapsed_s", 0.95, Effect.RATIO, least_runs=_LEAST_RUNS_P95),
    Figure("run_time_p99", "s", "elapsed_s", 0.99, Effect.RATIO, least_runs=_LEAST_RUNS_P99),
    Figure("run_time_mean", "s", "elapsed_s", "mean", Effect.RATIO),
    Figure("error_rate", "ratio", "has_failed", "share", Effect.DIFFERENCE),
    Figure("cost_per_run", "usd", "cost_usd", "mean", Effect.RATIO),
    Figure("tokens_per_run", "tokens", "tokens", "mean", Effect.RATIO),
    Figure("cache_hit_rate", "percent", "cache_hit_rate", "mean", Effect.DIFFERENCE, more_is_worse=False),
    Figure("retries_per_run", "count", "retries", "mean", Effect.DIFFERENCE),
)


@dataclass(frozen=True, slots=True)
class Compared:
    """All figures; `coverage` and `problem` as in `domain.comparisons.Comparison`."""

    figures: tuple[FigureComparison, ...]
    coverage: float | None = None
    problem: str | None = None


def compare_runs(a: Runs, b: Runs, *, repeated: bool = False, figures: Sequence[Figure] = FIGURES) -> Compared:
    """Compare two sides run by run. O(n log n).

    Args:
        a: The side that is compared with.
        b: The side that is judged.
        repeated: Bounds and verdicts hold however often one looks; they are wider.
        figures: Those that are asked for: the fewer, the sharper the verdicts.
    """
    if not len(a) or not len(b):
        return Compared(tuple(_figure(each, _known(a, each), _known(b, each), None) for each in figures))
    ground = Ground.of(a.traffic, b.traffic)
    found = [_compared(a, b, each, ground, repeated=repeated) for each in figures]
    return Compared(_judged(found, ground.problem), ground.coverage, ground.problem)


def compare_histograms(
    a: Histograms, b: Histograms, *, repeated: bool = False, figures: Sequence[Figure] = FIGURES
) -> Compared:
    """Compare two sides of which only histograms are kept; not adjusted, as nothing is known of the traffic."""
    made = []
    for each in figures:
        one, other = a.get(each.column), b.get(each.column)
        n_a, n_b = one.n if one else 0, other.n if other else 0
        raw = difference(each, one, other, 1.0, repeated=repeated) if one and other and n_a and n_b else None
        made.append(_figure(each, n_a, n_b, raw))
    return Compared(_judged(made, None))


def _compared(a: Runs, b: Runs, figure: Figure, ground: Ground, *, repeated: bool) -> FigureComparison:
    n_a, n_b = _known(a, figure), _known(b, figure)
    if not n_a or not n_b:
        return _figure(figure, n_a, n_b, None)
    values, amounts = (_values(a, figure), _values(b, figure)), (_amounts(a, figure), _amounts(b, figure))
    own = partial(influence, figure)
    raw = ground.raw(values, amounts, own)
    alike = ground.adjusted(values, amounts, own) if min(n_a, n_b) >= figure.least_runs else None
    made = (
        None if each is None else difference(figure, each.a, each.b, each.worth, repeated=repeated)
        for each in (raw, alike)
    )
    return _figure(figure, n_a, n_b, *made)


def influence(figure: Figure, column: Values) -> Floats:
    """How far each run moves the figure, in units that are the same on both sides where nothing differs."""
    if isinstance(figure.statistic, float):
        return column.weights * ((column.values > column.quantile_value(figure.statistic)) - (1 - figure.statistic))
    scale = abs(column.average) if figure.effect is Effect.RATIO and column.average else 1.0
    return column.weights * (column.values - column.average) / scale


def difference(figure: Figure, a: Column, b: Column, worth: float, *, repeated: bool = False) -> Difference:
    """How far b's figure lies from a's."""
    found: Shift | None
    if isinstance(figure.statistic, float):
        low, high = a.quantile(figure.statistic, worth), b.quantile(figure.statistic, worth)
        if min(low.value, high.value) <= 0:
            return _plain(low.value, high.value, shift(low, high, repeated=repeated), figure)
        found = shift(low.logarithm(), high.logarithm(), repeated=repeated)
        return _of(low.value, high.value, found.exponential())
    if figure.statistic == "share":
        one, other = a.proportion(worth), b.proportion(worth)
        return _of(one.value, other.value, shift(one, other, repeated=repeated))
    mean_a, mean_b = a.mean(worth), b.mean(worth)
    if figure.effect is Effect.RATIO and min(mean_a.value, mean_b.value) > 0:
        found = shift(mean_a.logarithm(), mean_b.logarithm(), repeated=repeated)
        return _of(mean_a.value, mean_b.value, found.exponential())
    mean_a, mean_b = _pooled(mean_a, mean_b)
    return _plain(mean_a.value, mean_b.value, shift(mean_a, mean_b, repeated=repeated), figure)


def _pooled(a: Mean, b: Mean) -> tuple[Mean, Mean]:
    """Of rare things, the side that has none of them by chance is no surer than the other."""
    spread = math.sqrt((a.error**2 * a.n**2 + b.error**2 * b.n**2) / (a.n + b.n))
    return tuple(replace(each, error=max(each.error, spread / math.sqrt(each.n))) for each in (a, b))  # type: ignore[return-value] # two of two


def _of(a: float, b: float, found: Shift) -> Difference:
    return Difference(a, b, found.value, _finite(found.low), _finite(found.high), found.p_value)


def _plain(a: float, b: float, found: Shift, figure: Figure) -> Difference:
    """A difference; of a figure that is told as a ratio, which has none where one side is 0."""
    if figure.effect is Effect.DIFFERENCE:
        return _of(a, b, found)
    ratio = 1.0 if a == b else b / a if a > 0 else None
    return Difference(a, b, ratio, None, None, found.p_value)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _known(side: Runs, figure: Figure) -> int:
    return int(np.isfinite(_values(side, figure)).sum())


def _values(side: Runs, figure: Figure) -> Floats:
    values: Floats = getattr(side, figure.column)
    return np.where(side.has_failed > 0, np.nan, values) if figure.column == "elapsed_s" else values


def _amounts(side: Runs, figure: Figure) -> Floats:
    return np.maximum(side.nodes, 1) if figure.column == "cache_hit_rate" else np.ones(len(side))


def _figure(
    figure: Figure, n_a: int, n_b: int, raw: Difference | None, adjusted: Difference | None = None
) -> FigureComparison:
    verdict = Verdict.TOO_FEW_RUNS if min(n_a, n_b) < figure.least_runs else Verdict.NO_EVIDENCE
    return FigureComparison(
        figure.name, figure.unit, figure.effect, figure.more_is_worse, verdict, n_a, n_b, raw, adjusted
    )


def _judged(found: Sequence[FigureComparison], problem: str | None) -> tuple[FigureComparison, ...]:
    """Verdicts, with all figures allowed for that there are runs enough of."""
    tested = [each for each in found if each.verdict is Verdict.NO_EVIDENCE and each.judged is not None]
    p_values = holm([each.judged.p_value for each in tested if each.judged])
    sure = dict(zip((each.figure for each in tested), p_values, strict=True))
    return tuple(_with_verdict(each, sure.get(each.figure), problem) for each in found)


def _with_verdict(found: FigureComparison, p_adjusted: float | None, problem: str | None) -> FigureComparison:
    if p_adjusted is None or found.judged is None:
        return found
    is_sure = p_adjusted <= ALPHA and problem is None
    verdict = verdict_of(found.judged, more_is_worse=found.more_is_worse) if is_sure else found.verdict
    return replace(found, verdict=verdict, p_adjusted=p_adjusted)


def verdict_of(found: Difference, *, more_is_worse: bool = True) -> Verdict:
    """Of a difference that is no chance: which way it goes, if it is worth a word."""
    if abs(found.b - found.a) < _LEAST_CHANGE * max(abs(found.a), abs(found.b)):
        return Verdict.NO_EVIDENCE
    return Verdict.WORSE if (found.b > found.a) == more_is_worse else Verdict.BETTER
