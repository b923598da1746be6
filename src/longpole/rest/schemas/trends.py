"""What is asked of a trend, and what is answered."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from longpole.domain.trends import By, PeriodType
from longpole.rest.parameters import Id
from longpole.rest.schemas.answer import Answer

MOST_DAYS = 365


class TrendQuery(BaseModel):
    """Which metric, over which periods, and what has a line of its own."""

    model_config = ConfigDict(use_attribute_docstrings=True, extra="ignore")

    metric: Id | None = None
    """The metric; without it `run_time`, of nodes and models `node_time`."""
    period: PeriodType = PeriodType.DAILY
    """How long a point's time is."""
    days: Annotated[int, Field(ge=1, le=MOST_DAYS)] = 30
    """The periods that began in so many days up to now; that which goes on is always among them."""
    by: By | None = None
    """Each of these has a line; without it the workflow as a whole."""
    tz: Id | None = None
    """An IANA time zone, such as `Europe/Berlin`, whose days, weeks and months are meant; without it UTC."""


class TrendPoint(Answer):
    """A period and its figures; of sums by node and of rates the spread is not known."""

    period_start: datetime
    period_end: datetime
    value: float
    """The median of a time, the sum of a count, of tokens and of money, the ratio of a rate, the greatest memory."""
    count: int
    """Over how many runs or node executions."""
    avg: float | None
    stddev: float | None
    min: float | None
    max: float | None
    p50: float | None
    p95: float | None
    p99: float | None


class TrendLine(Answer):
    """The workflow, or a version, node, type or model of it."""

    name: str | None
    """Of the version, node, type or model; null: the workflow as a whole, or runs without a version."""
    title: str | None
    """What people call the node; of a model whose it is."""
    node_type: str | None
    enclosing_node_id: str | None
    points: tuple[TrendPoint, ...]
    """In order of time; a period in which nothing is known has none."""


class TrendSeries(Answer):
    """How a metric went."""

    app_id: str
    workflow_id: str
    metric_type: str
    unit: str
    """seconds, tokens, dollars, ratio, percent, count or bytes."""
    period_type: PeriodType
    by: By | None
    tz: str
    period_start: datetime
    period_end: datetime
    """When the last period ends: it may go on."""
    kept_since: datetime | None
    """Periods before are left out, since no hours of them are kept any more; null: none is."""
    items: tuple[TrendLine, ...]
    """The largest first."""
    left_out: int
    """How many lines there are beyond these."""
