"""What is asked of a forecast, and what is answered."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from longpole.domain.forecasts import ForecastMetric
from longpole.rest.schemas.answer import Answer

MOST_DAYS = 90
MOST_BUDGET = 1e15


class ForecastQuery(BaseModel):
    """Which metric, how far ahead, and which budget is to do."""

    model_config = ConfigDict(use_attribute_docstrings=True, extra="ignore")

    metric: ForecastMetric = ForecastMetric.COST
    """What is forecast."""
    days: Annotated[int, Field(ge=1, le=MOST_DAYS)] = 30
    """How many days; up to seven are told by the hour."""
    budget: Annotated[float, Field(ge=0, le=MOST_BUDGET, allow_inf_nan=False)] | None = None
    """In the metric's unit: how likely it is that it will not do, of the total and of the month."""


class ForecastPoint(Answer):
    """A day or an hour to come; its bounds hold it in 95 % of cases."""

    period_start: datetime
    period_end: datetime
    value: float | None
    """Null where only the range is known."""
    low: float
    high: float


class PastPoint(Answer):
    """A day or an hour that was."""

    period_start: datetime
    value: float | None
    """Null where nothing is known of it."""


class ForecastTotal(Answer):
    """The sum of a stretch (of peak memory the greatest); its bounds hold it in 80 % of cases."""

    period_start: datetime
    period_end: datetime
    so_far: float
    """What of it has been already."""
    value: float | None
    """All of it; null where only the range is known."""
    low: float
    high: float
    over_budget: float | None
    """0 to 1: how likely it is more than the budget; null without one."""


class Backtest(Answer):
    """How a forecast would have done that knew nothing of the last such stretch."""

    period_start: datetime
    period_end: datetime
    value: float
    low: float
    high: float
    actual: float
    error: float | None
    """By how much of what came it was off; null where nothing came."""
    held: bool
    """Whether the bounds held."""
    coverage: float
    """0 to 1: the share of days or hours within their 95 % bounds."""


class Forecast(Answer):
    """What is to come."""

    app_id: str
    workflow_id: str | None
    """Null: all workflows of the application."""
    metric: ForecastMetric
    unit: str
    days: int
    period_type: str
    """daily, or hourly up to seven days."""
    known_days: int
    declined: str | None
    """Why there is no forecast, or no more than a range; null where there is one."""
    past: tuple[PastPoint, ...]
    points: tuple[ForecastPoint, ...]
    total: ForecastTotal | None
    """Of all points together."""
    month: ForecastTotal | None
    """Of the month that goes on; null of peak memory."""
    backtest: Backtest | None
    budget: float | None
