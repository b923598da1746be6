"""Whether a candidate may go on: a comparison, and what of it is more than is allowed.

A bound fails where the candidate is worse beyond chance, and by our best
estimate by more than the bound allows. Chance is 5 % for all bounds together
(Holm): of candidates that differ in nothing, fewer than one in twenty fails.

Upstream: `cli.gate`. Downstream: `compare`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from longpole.analysis.confidence import holm
from longpole.domain.comparisons import Comparison, FigureComparison, Side, Verdict
from longpole.domain.errors import InvalidInputError
from longpole.services.compare import compare

_ALPHA = 0.05
SHORT_NAMES = {
    "p50": "run_time_p50",
    "p95": "run_time_p95",
    "p99": "run_time_p99",
    "mean": "run_time_mean",
    "cost": "cost_per_run",
    "tokens": "tokens_per_run",
    "retries": "retries_per_run",
    "error_rate": "error_rate",
    "cache_hit_rate": "cache_hit_rate",
}


class Outcome(StrEnum):
    """What became of a bound."""

    PASS = "pass"  # noqa: S105 - no password
    FAIL = "fail"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Bound:
    """By how much a figure may be worse: 0.1 is 10 % of a ratio, and 10 percentage points of an error rate."""

    figure: str
    most: float


@dataclass(frozen=True, slots=True)
class Checked:
    """A bound with what was found of it; `p_value` with all bounds allowed for, `harm` as `FigureComparison.harm`."""

    bound: Bound
    outcome: Outcome
    figure: FigureComparison
    harm: float | None
    p_value: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class Gate:
    """All bounds: `fail` if one fails, else `undecided` if one is, else `pass`."""

    outcome: Outcome
    checked: tuple[Checked, ...]
    comparison: Comparison


def gate(
    app_id: str,
    workflow_id: str,
    baseline: Side,
    candidate: Side,
    bounds: Sequence[Bound],
    *,
    min_runs: int = 100,
    repeated: bool = False,
    expected_share: float | None = None,
) -> Gate:
    """Hold a candidate against a baseline.

    Args:
        app_id: The application.
        workflow_id: The workflow.
        baseline: What it is compared with.
        candidate: What is judged.
        bounds: What is allowed, each figure once.
        min_runs: With fewer on a side, that a figure is known of, nothing is decided of it.
        repeated: It is asked again and again while runs come in.
        expected_share: Of the runs, how many were meant to be the baseline's.

    Raises:
        InvalidInputError: There is no bound, or one is of a figure that there is not; as `compare`.
    """
    if not bounds:
        raise InvalidInputError("max_regression", "is needed: nothing is bounded")
    if len({each.figure for each in bounds}) < len(bounds):
        raise InvalidInputError("max_regression", "bounds a figure twice")
    found = compare(app_id, workflow_id, baseline, candidate, repeated=repeated, expected_share=expected_share)
    checked = _checked(found, bounds, min_runs)
    outcomes = {each.outcome for each in checked}
    worst = next(each for each in (Outcome.FAIL, Outcome.UNDECIDED, Outcome.PASS) if each in outcomes)
    return Gate(worst, checked, found)


def _checked(found: Comparison, bounds: Sequence[Bound], min_runs: int) -> tuple[Checked, ...]:
    figures = [found.figure(each.figure) for each in bounds]
    undecided = [_undecided(figure, found.problem, min_runs) for figure in figures]
    tested = [
        figure.judged.p_value
        for figure, reason in zip(figures, undecided, strict=True)
        if reason is None and figure.judged
    ]
    p_values = iter(holm(tested))
    return tuple(
        Checked(bound, Outcome.UNDECIDED, figure, figure.harm(), None, reason)
        if reason is not None
        else _decided(bound, figure, next(p_values))
        for bound, figure, reason in zip(bounds, figures, undecided, strict=True)
    )


def _undecided(figure: FigureComparison, problem: str | None, min_runs: int) -> str | None:
    if figure.judged is None or min(figure.n_a, figure.n_b) == 0:
        return "nothing is known of it on one side"
    if min(figure.n_a, figure.n_b) < min_runs or figure.verdict is Verdict.TOO_FEW_RUNS:
        return f"{figure.n_a:,} and {figure.n_b:,} runs are too few"
    return problem


def _decided(bound: Bound, figure: FigureComparison, p_value: float) -> Checked:
    harm = figure.harm() or 0.0
    is_worse = p_value <= _ALPHA and harm > 0
    if harm > bound.most and is_worse:
        return Checked(bound, Outcome.FAIL, figure, harm, p_value, "worse beyond chance, and by more than is allowed")
    if harm > bound.most:
        reason = "more than is allowed, but no more than chance may do"
    elif is_worse:
        reason = "worse, but not by more than is allowed"
    else:
        reason = "not worse beyond chance"
    return Checked(bound, Outcome.PASS, figure, harm, p_value, reason)
