"""What a recommendation is worth in a month, whatever workflow it is of: the order in which one would follow them.

A second off a run that happens twice a month is worth less than a tenth of it
off one that happens all day. So what a run gains counts as often as there are
runs, at the traffic of the period that the advice was made of.

    score = dollars a month
          + ten dollars for each hour of run time
          + as much as five minutes for each run that would not fail
          + the dollars from which on money alone has that severity (1, 10, 100, 1,000)

Invariant: more time, money, saved runs or severity never come later.

Upstream: `services.advice_lists`, `services.overview`. Downstream: `severity`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from longpole.advice.observations import DAYS_OF_A_MONTH
from longpole.advice.severity import THRESHOLDS
from longpole.advice.worth import rank
from longpole.domain.advice_lists import Brought, MonthlyWorth

_USD_PER_HOUR = 10.0
_FAILED_RUN_HOURS = 5 / 60
_SEVERITY_USD = (0.0, *THRESHOLDS.usd_per_month)
_RUNS_TOLD_OF = {"execution_time_p95": 0.05}
"""The share of runs that a figure tells of: one run in twenty takes as long as the p95. Others tell of every run."""
_SURE = ("improved", "regressed")
_TIMES = ("execution_time_mean", "execution_time_p50", "execution_time_p95")


def runs_per_month(baseline: Mapping[str, Any] | None) -> float | None:
    """At the rate of the period that the advice was made of; None where nobody knows."""
    if not baseline or not baseline.get("runs"):
        return None
    length = datetime.fromisoformat(baseline["until"]) - datetime.fromisoformat(baseline["since"])
    days = length.total_seconds() / 86_400
    return float(baseline["runs"]) / days * DAYS_OF_A_MONTH if days > 0 else None


def monthly_worth(
    gain: Mapping[str, Any] | None, metric: str | None, severity: str, runs: float | None
) -> MonthlyWorth:
    """What a gain comes to in a month of so many `runs`; `metric` is what its estimate is about."""
    parts = gain or {}
    seconds = _times(parts.get("seconds_per_run"), runs, _RUNS_TOLD_OF.get(metric or "", 1.0))
    usd = _times(parts.get("usd_per_month"), 1.0)
    failed = _times(parts.get("failed_run_share"), runs)
    hours = (seconds or 0.0) / 3_600 + (failed or 0.0) * _FAILED_RUN_HOURS
    score = (usd or 0.0) + hours * _USD_PER_HOUR + _SEVERITY_USD[rank(severity)]
    return MonthlyWorth(seconds, usd, failed, score)


def most_a_month_first(worth: MonthlyWorth, recommendation_id: str) -> tuple[float, str]:
    """A sorting key: the most worth first; ids settle what is worth the same."""
    return (-worth.score, recommendation_id)


def _times(gained: float | None, *factors: float | None) -> float | None:
    """A gain so many times; None where a part is unknown, nothing where it is none."""
    if gained is None or None in factors:
        return None
    made = max(float(gained), 0.0)
    for each in factors:
        made *= each or 0.0
    return made


@dataclass(frozen=True, slots=True)
class Followed:
    """A recommendation that was followed, of which it is known what it brought: see `domain.verifications`."""

    app_id: str
    workflow_id: str
    since: date
    verification: Mapping[str, Any]
    runs: float | None


def brought(followed: Iterable[Followed]) -> Brought:
    """What they come to.

    Only differences beyond chance count. Those followed in one workflow on one
    day share their difference: of each figure the one that brought most counts.
    """
    sure = [each for each in followed if each.verification.get("verdict") in _SURE]
    total = Brought()
    for _, together in groupby(sorted(sure, key=_place), key=_place):
        same_day = [_brought_by(each) for each in together]
        most = [max((part[at] for part in same_day), key=abs) for at in range(3)]
        total = Brought(
            total.verified + len(same_day),
            total.seconds_per_month + most[0],
            total.usd_per_month + most[1],
            total.failed_runs_per_month + most[2],
        )
    return total


def _place(followed: Followed) -> tuple[str, str, date]:
    return (followed.app_id, followed.workflow_id, followed.since)


def _brought_by(followed: Followed) -> tuple[float, float, float]:
    """Seconds, dollars and failed runs a month."""
    told = followed.verification
    others = {each["metric"]: each for each in told.get("others") or () if each.get("verdict") in _SURE}
    figures = {**others, told["metric"]: told}
    runs = told.get("runs_per_month") or followed.runs or 0.0
    time = next((name for name in _TIMES if name in figures), "")
    monthly = _less(figures, "cost_per_month")
    return (
        _less(figures, time) * runs * _RUNS_TOLD_OF.get(time, 1.0),
        monthly or _less(figures, "cost_per_run") * runs,
        _less(figures, "failed_run_share") * runs,
    )


def _less(figures: Mapping[str, Mapping[str, Any]], metric: str) -> float:
    """By how much a figure is smaller than it was; nothing where it is not known."""
    found = figures.get(metric) or {}
    before, after = found.get("before"), found.get("after")
    return 0.0 if before is None or after is None else float(before) - float(after)
