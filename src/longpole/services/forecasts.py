"""What a workflow, or all of an application, will come to: days, a total, this month, and whether a budget will do.

    cells ─► usage by day, or by hour up to a week ahead ─► outlook ─► points, total
                                           by day ─► outlook ─► this month = so far + the rest of it
                                           without its end ─► outlook ─► backtest

Cost is forecast workflow by workflow. Processor time is of the runs that are
kept: cells do not hold it.

Upstream: `rest.forecast`, `cli.forecast`. Downstream: `usage_series`, `analysis.forecast_outlook`.
"""

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from sqlalchemy import Connection

from longpole import runtime
from longpole.analysis.forecast_outlook import Floats, Outlook, outlook, together
from longpole.analysis.trend_periods import boundaries
from longpole.domain.errors import InvalidInputError
from longpole.domain.forecasts import (
    FORECAST_UNITS,
    Backtest,
    Forecast,
    ForecastMetric,
    ForecastPoint,
    ForecastTotal,
    PastPoint,
)
from longpole.domain.trends import PeriodType
from longpole.domain.units import NS_PER_SECOND, instant
from longpole.services.fresh_cells import fresh
from longpole.services.usage_series import Usage, usage
from longpole.store.dirty_marks import DAY_SECONDS, HOUR_SECONDS
from longpole.store.overview_reads import known_workflows
from longpole.store.rollup_horizons import horizons
from longpole.store.workflow_scope import WorkflowScope, find_scope

MOST_DAYS = 90
LEAST_KNOWN_DAYS = 14
_DAYS_BY_HOUR = 7
_DAYS_BACK, _HOURS_BACK = 400, 24 * 80
_PAST_DAYS, _PAST_HOURS = 56, 168
_SEASONS = {DAY_SECONDS: (7,), HOUR_SECONDS: (24, 168)}
_LOW, _HIGH = 0.1, 0.9
_ONLY_A_RANGE = "Fewer than {} days are known: too few for a forecast. This is the range in which it may lie."
_UNSTEADY = "Too little is known of these days for a forecast. This is the range in which it may lie."
_NOTHING = {ForecastMetric.CPU_TIME: "No run that is kept has said its processor time."}
_ONE_DAY = "Less than two days are known."


@dataclass(frozen=True, slots=True)
class _Asked:
    metric: ForecastMetric
    days: int
    budget: float | None
    now: int

    @property
    def seconds(self) -> int:
        """How long a point's time is."""
        return HOUR_SECONDS if self.days <= _DAYS_BY_HOUR else DAY_SECONDS

    @property
    def greatest(self) -> bool:
        """Points come to the greatest of them, not to their sum."""
        return self.metric is ForecastMetric.MEMORY_PEAK


def forecast(
    app_id: str, workflow_id: str | None = None, metric: str = "cost", days: int = 30, budget: float | None = None
) -> Forecast:
    """What the next `days` days and this month will come to.

    Args:
        app_id: The application.
        workflow_id: The workflow; None: all of the application's.
        metric: cost, run_count, tokens, memory_peak or cpu_time.
        days: 1 to 90; up to seven are told by the hour.
        budget: Of the total, and of the month: how likely it is that it will not do.

    Raises:
        InvalidInputError: One of them is none of these.
    """
    try:
        wanted = ForecastMetric(metric)
    except ValueError:
        raise InvalidInputError("metric", f"must be one of {', '.join(ForecastMetric)}", metric) from None
    if budget is not None and not (math.isfinite(budget) and budget >= 0):
        raise InvalidInputError("budget", "must be 0 or more", budget)
    asked = _Asked(wanted, _checked(days), budget, runtime.current().clock() // NS_PER_SECOND)
    return fresh(lambda connection: _forecast(connection, app_id, workflow_id, asked))


def _checked(days: Any) -> int:
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= MOST_DAYS:
        raise InvalidInputError("days", f"must be a whole number from 1 to {MOST_DAYS}", days)
    return days


def _forecast(connection: Connection, app_id: str, workflow_id: str | None, asked: _Asked) -> Forecast:
    scopes = _scopes(connection, app_id, workflow_id)
    by_day = _usage(connection, scopes, asked, DAY_SECONDS)
    used = by_day if asked.seconds == DAY_SECONDS else _usage(connection, scopes, asked, HOUR_SECONDS)
    known_days = by_day.by_workflow.shape[1]
    only_range = known_days < LEAST_KNOWN_DAYS
    ahead = _ahead(_learned(used), asked, asked.days * DAY_SECONDS // asked.seconds + 1, only_range=only_range)
    declined = _why(asked, known_days, ahead, has_any=bool(np.isfinite(by_day.by_workflow).any()))
    return Forecast(
        app_id=app_id,
        workflow_id=workflow_id,
        metric=asked.metric,
        unit=FORECAST_UNITS[asked.metric],
        days=asked.days,
        period_type="hourly" if asked.seconds == HOUR_SECONDS else "daily",
        known_days=known_days,
        declined=declined,
        past=_past(used, asked),
        points=() if ahead is None else _points(ahead, used.starts[-1], asked.seconds),
        total=None if ahead is None else _total(ahead, used.starts[-1], asked),
        month=None if ahead is None or asked.greatest else _month(by_day, asked, only_range=only_range),
        backtest=None if ahead is None or ahead.is_range else _backtest(used, asked),
        budget=asked.budget,
    )


def _scopes(connection: Connection, app_id: str, workflow_id: str | None) -> list[WorkflowScope]:
    if workflow_id is None:
        return [WorkflowScope(known.workflow_key) for known in known_workflows(connection, app_id)]
    scope = find_scope(connection, app_id, workflow_id)
    return [] if scope is None else [scope]


def _usage(connection: Connection, scopes: list[WorkflowScope], asked: _Asked, seconds: int) -> Usage:
    since = asked.now - (_DAYS_BACK * DAY_SECONDS if seconds == DAY_SECONDS else _HOURS_BACK * HOUR_SECONDS)
    kept = horizons(connection)
    if asked.metric is ForecastMetric.CPU_TIME:
        since = max(since, kept.raw + seconds - 1)
    elif seconds == HOUR_SECONDS:
        since = max(since, kept.hours)
    return usage(connection, scopes, asked.metric, (min(since, asked.now), asked.now), seconds)


def _learned(used: Usage) -> Floats:
    """What is learned from: without the first period, which may have begun before anything was recorded."""
    return used.by_workflow[:, 1:] if used.by_workflow.shape[1] > 2 else used.by_workflow  # noqa: PLR2004 - at least two


def _ahead(
    table: Floats, asked: _Asked, horizon: int, *, only_range: bool, seconds: int | None = None
) -> Outlook | None:
    seasons = _SEASONS[seconds or asked.seconds]
    return outlook(table, horizon, seasons, greatest=asked.greatest, only_range=only_range) if table.size else None


def _why(asked: _Asked, known_days: int, ahead: Outlook | None, *, has_any: bool) -> str | None:
    if ahead is None:
        return _ONE_DAY if has_any else _NOTHING.get(asked.metric, "Nothing is known of it.")
    if known_days < LEAST_KNOWN_DAYS:
        return _ONLY_A_RANGE.format(LEAST_KNOWN_DAYS)
    return _UNSTEADY if ahead.is_range else None


def _past(used: Usage, asked: _Asked) -> tuple[PastPoint, ...]:
    whole = together(used.by_workflow, greatest=asked.greatest).tolist()
    points = [
        PastPoint(_at(start), None if math.isnan(value) else value)
        for start, value in zip(used.starts[:-1], whole, strict=True)
    ]
    return tuple(points[-(_PAST_HOURS if asked.seconds == HOUR_SECONDS else _PAST_DAYS) :])


def _points(ahead: Outlook, current: int, seconds: int) -> tuple[ForecastPoint, ...]:
    """From the period after the one that goes on."""
    columns = zip(ahead.values.tolist(), ahead.low.tolist(), ahead.high.tolist(), strict=True)
    return tuple(
        ForecastPoint(_at(start), _at(start + seconds), None if ahead.is_range else value, low, high)
        for place, (value, low, high) in enumerate(columns)
        if place
        for start in [current + place * seconds]
    )


def _total(ahead: Outlook, current: int, asked: _Asked) -> ForecastTotal:
    futures = ahead.futures[:, 1:]
    ends = futures.max(1) if asked.greatest else futures.sum(1)
    value = float(np.median(ends)) if asked.greatest else float(ahead.values[1:].sum())
    start = current + asked.seconds
    return _told(ends, value, 0.0, (start, start + asked.days * DAY_SECONDS), asked, is_range=ahead.is_range)


def _month(by_day: Usage, asked: _Asked, *, only_range: bool) -> ForecastTotal | None:
    """So far, the rest of today, and the days from tomorrow on."""
    start, end = boundaries(PeriodType.MONTHLY, UTC, asked.now, asked.now)
    today = by_day.starts[-1]
    ahead = _ahead(_learned(by_day), asked, (end - today) // DAY_SECONDS, only_range=only_range, seconds=DAY_SECONDS)
    if ahead is None:
        return None
    is_this_month = np.array([begin >= start for begin in by_day.starts[:-1]], dtype=np.bool_)
    so_far = float(np.nansum(by_day.by_workflow[:, is_this_month]) + by_day.so_far.sum())
    left = np.ones(ahead.values.size)
    left[0] = 1 - (asked.now - today) / DAY_SECONDS
    rest = ahead.futures @ left
    value = so_far + float(ahead.values @ left)
    return _told(so_far + rest, value, so_far, (start, end), asked, is_range=ahead.is_range)


def _told(
    ends: Floats, value: float, so_far: float, stretch: tuple[int, int], asked: _Asked, *, is_range: bool
) -> ForecastTotal:
    low, high = (float(bound) for bound in np.quantile(ends, [_LOW, _HIGH]))
    return ForecastTotal(
        period_start=_at(stretch[0]),
        period_end=_at(stretch[1]),
        so_far=so_far,
        value=None if is_range else value,
        low=low if is_range else min(low, value),
        high=high if is_range else max(high, value),
        over_budget=None if asked.budget is None else float((ends > asked.budget).mean()),
    )


def _backtest(used: Usage, asked: _Asked) -> Backtest | None:
    """The last stretch of as many days, or of as many as leave two weeks before it."""
    table = _learned(used)
    a_day = DAY_SECONDS // asked.seconds
    length = min(asked.days * a_day, table.shape[1] - LEAST_KNOWN_DAYS * a_day)
    if length < a_day:
        return None
    actual = together(table[:, -length:], greatest=asked.greatest)
    known = np.isfinite(actual)
    made = _ahead(table[:, :-length], asked, length, only_range=False)
    if made is None or made.is_range or not known.any():
        return None
    came = float(actual[known].max() if asked.greatest else actual[known].sum())
    ends = made.futures[:, known].max(1) if asked.greatest else made.futures[:, known].sum(1)
    value = float(np.median(ends) if asked.greatest else made.values[known].sum())
    low, high = (float(bound) for bound in np.quantile(ends, [_LOW, _HIGH]))
    end = used.starts[-1]
    return Backtest(
        period_start=_at(end - length * asked.seconds),
        period_end=_at(end),
        value=value,
        low=min(low, value),
        high=max(high, value),
        actual=came,
        error=abs(value - came) / came if came else None,
        held=min(low, value) <= came <= max(high, value),
        coverage=float(((actual >= made.low) & (actual <= made.high))[known].mean()),
    )


def _at(seconds: int) -> datetime:
    return instant(seconds * NS_PER_SECOND)
