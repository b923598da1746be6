"""Whether runs got better after a change: the same traffic before and after, with an interval.

It is a comparison of before and after, not an experiment: whatever else changed
on the same day is in it. What it rules out is chance and another mix of traffic.

    before, weighted   ───●───
    after                       ───●───       the interval of the difference lies on one side of 0: a verdict

Intervals are 99 % bounds, as they are looked at daily for two weeks: one look
at 95 % would become many. Runs of the same four hours are resampled together, as they
share the provider's good and bad moments.

Upstream: `services.verification`. Downstream: `same_traffic`.
Source: Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, ch. 8, 13; Cameron, Gelbach and Miller,
"Bootstrap-based improvements for inference with clustered errors", 2008; Newcombe, Statistics in Medicine 17, 1998.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from longpole.analysis.proportions import wilson
from longpole.analysis.same_traffic import Floats, Ints, Matched, Traffic, matched, weights_of

_RESAMPLES = 800
_TAIL = 0.005
_Z = 2.576
_BLOCK_NS = 4 * 3_600_000_000_000
_LEAST_BLOCKS = 24
_LEAST_CHANGE = 0.01
"""Less than a hundredth is not worth a word, however sure it is."""
_LEAST_COVERAGE = 0.7
_MOST_IMBALANCE = 0.2
_LEAST_RUNS = 30
_LEAST_RUNS_P95 = 120
"""Six runs beyond it."""


@dataclass(frozen=True, slots=True)
class Side:
    """The runs of a side, a place in every array per run, in order of their end; NaN where a number is not known.

    `elapsed_s` of failed runs is not compared: they end early.
    """

    traffic: Traffic
    elapsed_s: Floats
    cost_usd: Floats
    tokens: Floats
    has_failed: Floats

    def __len__(self) -> int:
        return len(self.traffic)


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure for the same traffic, and 99 % bounds of `after` that carry the uncertainty of both sides.

    `is_better`: None where the bounds say neither.
    """

    before: float
    after: float
    low: float
    high: float
    n_before: int
    n_after: int
    is_better: bool | None


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """Figures by name, and why nothing can be said of them if so.

    Attributes:
        coverage: The share (0–1) of the runs after that have like ones before.
        problem: Why no verdict may be given, in words.
    """

    differences: Mapping[str, Difference]
    coverage: float
    problem: str | None


@dataclass(frozen=True, slots=True)
class _Figure:
    values: Callable[[Side], Floats]
    q: float | None = None
    least_runs: int = _LEAST_RUNS


def _finished(side: Side) -> Floats:
    return np.where(side.has_failed > 0, np.nan, side.elapsed_s)


FIGURES: Mapping[str, _Figure] = {
    "execution_time_p50": _Figure(_finished, 0.5),
    "execution_time_p95": _Figure(_finished, 0.95, _LEAST_RUNS_P95),
    "execution_time_mean": _Figure(_finished),
    "cost_per_run": _Figure(lambda side: side.cost_usd),
    "tokens_per_run": _Figure(lambda side: side.tokens),
    "failed_run_share": _Figure(lambda side: side.has_failed),
}
"""All of them are better where they are smaller."""


def before_after(before: Side, after: Side, seed: int = 0, resamples: int = _RESAMPLES) -> BeforeAfter:
    """Compare two sides for the same traffic. Deterministic; O(resamples × runs).

    Returns:
        The figures for which both sides have runs enough; none where the traffic has nothing in common.
    """
    classes = matched(before.traffic, after.traffic)
    problem = None
    if classes.coverage < _LEAST_COVERAGE:
        problem = f"only {classes.coverage:.0%} of the runs since have like ones before: the traffic is another one"
    elif classes.imbalance > _MOST_IMBALANCE:
        problem = "inputs have other sizes than before, by more than the runs before can stand for"
    draws = _Draws(before, after, seed, resamples)
    found = {name: _difference(figure, name, before, after, classes, draws) for name, figure in FIGURES.items()}
    differences = {name: each for name, each in found.items() if each is not None}
    if problem is not None:
        differences = {name: _undecided(each) for name, each in differences.items()}
    return BeforeAfter(differences, classes.coverage, problem)


class _Draws:
    """How often each run is there in each resample; the same for all figures."""

    def __init__(self, before: Side, after: Side, seed: int, resamples: int) -> None:
        chance = np.random.default_rng(seed)
        self.before = _times(_blocks(before.traffic.end_ns), chance, resamples)
        self.after = _times(_blocks(after.traffic.end_ns), chance, resamples)


def _blocks(end_ns: Ints) -> Ints:
    """Runs of the same four hours, or of less where there are few of these."""
    if end_ns.size == 0:
        return end_ns
    span = int(end_ns.max() - end_ns.min()) + 1
    found: Ints = np.unique(
        (end_ns - end_ns.min()) // min(_BLOCK_NS, max(span // _LEAST_BLOCKS, 1)), return_inverse=True
    )[1]
    return found


def _times(blocks: Ints, chance: np.random.Generator, resamples: int) -> list[Floats]:
    count = int(blocks.max()) + 1 if blocks.size else 0
    if not count:
        return [np.zeros(0)] * resamples
    drawn = chance.multinomial(count, np.full(count, 1 / count), size=resamples).astype(np.float64)
    return [each[blocks] for each in drawn]


def _difference(  # noqa: PLR0917 - all of it belongs to one comparison
    figure: _Figure, name: str, before: Side, after: Side, classes: Matched, draws: _Draws
) -> Difference | None:
    was, now = figure.values(before), figure.values(after)
    here, there = (
        np.flatnonzero(np.isfinite(was) & (classes.before >= 0)),
        np.flatnonzero(np.isfinite(now) & (classes.after >= 0)),
    )
    if min(here.size, there.size) < figure.least_runs:
        return None
    here, there = here[np.argsort(was[here], kind="stable")], there[np.argsort(now[there], kind="stable")]
    one = _Weighted(was[here], figure.q)
    other = _Weighted(now[there], figure.q)

    def at(times_before: Floats, times_after: Floats) -> tuple[float, float]:
        own = weights_of(classes.before[here], classes.after[there], times_before, times_after, classes.classes)
        return one.of(own), other.of(times_after)

    value, new = at(np.ones(here.size), np.ones(there.size))
    drawn = np.array([at(a[here], b[there]) for a, b in zip(draws.before, draws.after, strict=True)])
    shifts = drawn[:, 1] - drawn[:, 0]
    low, high = np.nanquantile(shifts, [_TAIL, 1 - _TAIL])
    if name == "failed_run_share":
        weights = weights_of(
            classes.before[here], classes.after[there], np.ones(here.size), np.ones(there.size), classes.classes
        )
        effective = float(weights.sum() ** 2 / (weights**2).sum())
        least, most = _newcombe(value, effective, new, there.size)
        low, high = min(low, least), max(high, most)
    return _judged(Difference(value, new, value + float(low), value + float(high), here.size, there.size, None))


class _Weighted:
    """A statistic of ascending values under any weights."""

    def __init__(self, values: Floats, q: float | None) -> None:
        self._values, self._q = values, q

    def of(self, weights: Floats) -> float:
        total = float(weights.sum())
        if total <= 0:
            return math.nan
        if self._q is None:
            return float((self._values * weights).sum()) / total
        rank = int(np.searchsorted(np.cumsum(weights), self._q * total))
        return float(self._values[min(rank, self._values.size - 1)])


def _newcombe(before: float, n_before: float, after: float, n_after: float) -> tuple[float, float]:
    """Bounds of a difference of two shares that also hold where one of them is 0."""
    low_b, high_b = wilson(before, n_before, _Z)
    low_a, high_a = wilson(after, n_after, _Z)
    shift = after - before
    return (
        shift - math.hypot(after - low_a, high_b - before),
        shift + math.hypot(high_a - after, before - low_b),
    )


def _judged(found: Difference) -> Difference:
    is_better = None
    if abs(found.after - found.before) >= _LEAST_CHANGE * abs(found.before):
        is_better = True if found.high < found.before else False if found.low > found.before else None
    return _with(found, is_better)


def _undecided(found: Difference) -> Difference:
    return _with(found, None)


def _with(found: Difference, is_better: bool | None) -> Difference:  # noqa: FBT001 - a verdict, not an option
    return Difference(found.before, found.after, found.low, found.high, found.n_before, found.n_after, is_better)
