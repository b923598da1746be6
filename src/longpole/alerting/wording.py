"""What alerts say: a title, sentences with their figures, the same as numbers.

Upstream: `services.alert_*`. Downstream: `domain.amounts`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from longpole.analysis.proportions import Share
from longpole.domain import amounts
from longpole.domain.alerts import AbsenceCondition, BudgetCondition, BudgetMetric, ErrorRateCondition
from longpole.domain.degradations import Cause, Degradation, DegradedMetric
from longpole.domain.recommendations import Severity

_WORSE = {Severity.CRITICAL: 2.0, Severity.HIGH: 1.5, Severity.MEDIUM: 1.2}
"""From which ratio on a degradation is how severe."""
_SPENT = {Severity.HIGH: 1.0, Severity.MEDIUM: 0.8}
_METRICS = {
    DegradedMetric.RUN_TIME_P50: "median run time",
    DegradedMetric.RUN_TIME_P95: "p95 run time",
    DegradedMetric.ERROR_RATE: "error rate",
    DegradedMetric.COST: "cost a run",
}
_MOST_CAUSES = 3


@dataclass(frozen=True, slots=True)
class Said:
    """What a message says."""

    title: str
    lines: tuple[str, ...]
    severity: Severity = Severity.INFO
    facts: Mapping[str, Any] = field(default_factory=dict)


def _severity(value: float, steps: Mapping[Severity, float], otherwise: Severity) -> Severity:
    return next((severity for severity, least in steps.items() if value >= least), otherwise)


def degraded(event: Degradation) -> Said:
    """That a level became worse, since when, by how much, and what is behind it."""
    metric = _METRICS[event.metric]
    before, after = _level(event.metric, event.before), _level(event.metric, event.after)
    bounds = f"{event.low:.2f}–{event.high:.2f}"
    since = amounts.moment(event.started_at)
    lines = [f"{metric.capitalize()} {before} → {after}, ×{event.ratio:.2f} ({bounds}), since {since}."]
    if event.workflow_version is not None:
        lines.append(f"Version {amounts.name(event.workflow_version)}.")
    lines += [_cause(each) for each in event.causes[:_MOST_CAUSES]]
    facts = {
        "degradation_id": event.id,
        "metric": event.metric.value,
        "started_at": event.started_at.isoformat(),
        "ratio": event.ratio,
        "low": event.low,
        "high": event.high,
        "before": event.before,
        "after": event.after,
        "workflow_version": event.workflow_version,
        "causes": [{"kind": each.kind.value, "name": each.name, "share": each.share} for each in event.causes],
    }
    title = f"{amounts.name(event.workflow_id)}: {metric} {before} → {after}"
    return Said(title, tuple(lines), _severity(event.ratio, _WORSE, Severity.LOW), facts)


def _level(metric: DegradedMetric, value: float) -> str:
    match metric:
        case DegradedMetric.ERROR_RATE:
            return amounts.share(value)
        case DegradedMetric.COST:
            return amounts.money(Decimal(str(value)))
        case _:
            return amounts.duration(value)


def _cause(cause: Cause) -> str:
    share = "" if cause.share is None else f", {amounts.share(cause.share)} of it"
    return f"Likely behind it: {cause.kind.replace('_', ' ')} {amounts.name(cause.name)}{share}."


def recovered(event: Degradation) -> Said:
    """That a level is back."""
    said = degraded(event)
    closed = amounts.moment(event.closed_at)
    line = f"{_METRICS[event.metric].capitalize()} is back where it was, since {closed}."
    return Said(said.title, (line,), Severity.INFO, said.facts)


@dataclass(frozen=True, slots=True)
class Spending:
    """What a month came to so far; `whose` is shown."""

    whose: str
    month: str
    spent: Decimal


def budget_reached(condition: BudgetCondition, spending: Spending, threshold: float) -> Said:
    """That a share of a budget is spent."""
    share = float(spending.spent / condition.amount)
    amount, spent = _quantity(condition.metric, condition.amount), _quantity(condition.metric, spending.spent)
    title = f"{spending.whose}: {amounts.share(threshold)} of the month's {condition.metric.value} budget is spent"
    percent = amounts.share(share) if share < 1 else f"{share * 100:.0f} %"
    line = f"{spent} of {amount} ({percent}) in {spending.month} so far."
    facts = {**_budget_facts(condition, spending), "threshold": threshold, "share": share}
    return Said(title, (line,), _severity(threshold, _SPENT, Severity.INFO), facts)


def budget_forecast(condition: BudgetCondition, spending: Spending, probability: float, end: Sequence[float]) -> Said:
    """That a month will probably end above its budget; `end` is what it will come to: low, middle, high."""
    amount, spent = _quantity(condition.metric, condition.amount), _quantity(condition.metric, spending.spent)
    low, middle, high = (_quantity(condition.metric, Decimal(str(each))) for each in end)
    title = f"{spending.whose}: the month will probably end above its {condition.metric.value} budget"
    lines = (
        f"{spent} of {amount} in {spending.month} so far; the forecast for the whole month is {middle} ({low}–{high}).",
        f"The probability that it exceeds {amount} is {amounts.share(probability)}.",
    )
    facts = {**_budget_facts(condition, spending), "probability": probability, "forecast": list(end)}
    return Said(title, lines, Severity.MEDIUM, facts)


def _budget_facts(condition: BudgetCondition, spending: Spending) -> dict[str, Any]:
    return {
        "metric": condition.metric.value,
        "month": spending.month,
        "amount": float(condition.amount),
        "spent": float(spending.spent),
    }


def _quantity(metric: BudgetMetric, amount: Decimal) -> str:
    return amounts.money(amount) if metric is BudgetMetric.COST else f"{amounts.count(float(amount))} tokens"


def failing(workflow_id: str, condition: ErrorRateCondition, failed: Share, since: datetime) -> Said:
    """That too many runs fail."""
    name = amounts.name(workflow_id)
    rate, above = amounts.share(failed.ratio), amounts.share(condition.above)
    bounds = f"{amounts.share(failed.low)}–{amounts.share(failed.high)}"
    failures = f"{failed.count:,} of {failed.n:,} runs failed since {amounts.moment(since)}"
    lines = (f"{failures}: {rate} ({bounds}), more than {above}.",)
    return Said(f"{name}: {rate} of runs fail", lines, Severity.HIGH, _shares(condition, failed))


def failing_less(workflow_id: str, condition: ErrorRateCondition, failed: Share, since: datetime) -> Said:
    """That no more runs fail than may."""
    line = f"{failed.count:,} of {failed.n:,} runs failed since {amounts.moment(since)}: {amounts.share(failed.ratio)}."
    title = f"{amounts.name(workflow_id)}: {amounts.share(failed.ratio)} of runs fail"
    return Said(title, (line,), Severity.INFO, _shares(condition, failed))


def _shares(condition: ErrorRateCondition, failed: Share) -> dict[str, Any]:
    return {
        "failed": failed.count,
        "runs": failed.n,
        "error_rate": failed.ratio,
        "low": failed.low,
        "high": failed.high,
        "above": condition.above,
    }


def absent(workflow_id: str, condition: AbsenceCondition, last_run_at: datetime, now: datetime, usual: int) -> Said:
    """That a workflow does not run; `usual` is how many runs there were at the least in such a stretch before."""
    silence_s = (now - last_run_at).total_seconds()
    lines = [f"The last run ended {amounts.moment(last_run_at)}, {amounts.duration(silence_s)} ago."]
    if condition.hours is None:
        lines.append(f"In the same stretch of each week before there were {usual:,} runs or more.")
    facts = {"last_run_at": last_run_at.isoformat(), "silence_seconds": silence_s}
    title = f"{amounts.name(workflow_id)}: no run for {amounts.duration(silence_s)}"
    return Said(title, tuple(lines), Severity.HIGH, facts)


def present(workflow_id: str, last_run_at: datetime) -> Said:
    """That a workflow runs again."""
    line = f"A run ended {amounts.moment(last_run_at)}."
    return Said(f"{amounts.name(workflow_id)}: it runs again", (line,), Severity.INFO)
