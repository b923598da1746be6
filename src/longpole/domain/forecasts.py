"""What is to come: of runs, tokens, money, memory or processor time, with bounds, and how the last forecast did."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final


class ForecastMetric(StrEnum):
    """What is forecast, of a day or an hour."""

    COST = "cost"
    RUN_COUNT = "run_count"
    TOKENS = "tokens"
    MEMORY_PEAK = "memory_peak"
    CPU_TIME = "cpu_time"


FORECAST_UNITS: Final = {
    ForecastMetric.COST: "dollars",
    ForecastMetric.RUN_COUNT: "count",
    ForecastMetric.TOKENS: "tokens",
    ForecastMetric.MEMORY_PEAK: "bytes",
    ForecastMetric.CPU_TIME: "seconds",
}

POINT_CONFIDENCE: Final = 0.95
TOTAL_CONFIDENCE: Final = 0.8


@dataclass(frozen=True, slots=True)
class ForecastPoint:
    """A day or an hour to come: `value` is None where only the range is known; the bounds hold it in 95 % of cases."""

    period_start: datetime
    period_end: datetime
    value: float | None
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class PastPoint:
    """A day or an hour that was; None where nothing is known of it."""

    period_start: datetime
    value: float | None


@dataclass(frozen=True, slots=True)
class ForecastTotal:
    """The sum of a stretch (of peak memory the greatest); the bounds hold it in 80 % of cases.

    Attributes:
        period_start: From when.
        period_end: Up to when.
        so_far: What of it has been already.
        value: All of it; None where only the range is known.
        low: Lower bound of all of it.
        high: Upper bound.
        over_budget: 0 to 1: how likely it is more than the budget; None without one.
    """

    period_start: datetime
    period_end: datetime
    so_far: float
    value: float | None
    low: float
    high: float
    over_budget: float | None = None


@dataclass(frozen=True, slots=True)
class Backtest:
    """How a forecast made before would have done.

    Attributes:
        period_start: It knew nothing from here on.
        period_end: Up to where it was compared.
        value: What it said of the whole.
        low: Its lower 80 % bound.
        high: Its upper one.
        actual: What came.
        error: By how much of what came it was off; None where nothing came.
        held: Whether the bounds held.
        coverage: 0 to 1: the share of days or hours that were within their 95 % bounds.
    """

    period_start: datetime
    period_end: datetime
    value: float
    low: float
    high: float
    actual: float
    error: float | None
    held: bool
    coverage: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a workflow, or all of an application, will come to.

    Attributes:
        workflow_id: None: all workflows of the application.
        days: How many are forecast.
        period_type: daily, or hourly up to seven days.
        known_days: Days from the first known one up to now; of fewer than 14 only the range is told.
        declined: Why there is no forecast, or no more than a range; None where there is one.
        past: What was, the last eight weeks at most, of hours the last week.
        points: What is to come, from the next full hour or day on.
        total: Of all points together; None where nothing is told.
        month: Of the month that goes on; None of peak memory, and where nothing is told.
        backtest: How the forecast of the last such stretch did; None where there is too little past for one.
        budget: As it was asked for.
    """

    app_id: str
    workflow_id: str | None
    metric: ForecastMetric
    unit: str
    days: int
    period_type: str
    known_days: int
    declined: str | None
    past: tuple[PastPoint, ...] = ()
    points: tuple[ForecastPoint, ...] = ()
    total: ForecastTotal | None = None
    month: ForecastTotal | None = None
    backtest: Backtest | None = None
    budget: float | None = None
