"""How a metric went: by hour, day, week or month, of a workflow or of each of its versions, nodes, types and models.

Times are seconds, money US dollars, rates ratios of 0 to 1, the cache hit rate a
percentage. A period in which nothing is known of the metric has no point.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple


class PeriodType(StrEnum):
    """How long a point's time is."""

    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class By(StrEnum):
    """What has a line of its own."""

    VERSION = "version"
    NODE = "node"
    NODE_TYPE = "node_type"
    MODEL = "model"


UNITS: Final = {
    "run_time": "seconds",
    "node_time": "seconds",
    "critical_time": "seconds",
    "waiting_time": "seconds",
    "tokens_input": "tokens",
    "tokens_output": "tokens",
    "tokens_cache_read": "tokens",
    "tokens_reasoning": "tokens",
    "cost": "dollars",
    "error_rate": "ratio",
    "retries": "count",
    "cache_hit_rate": "percent",
    "run_count": "count",
    "node_count": "count",
    "memory_peak": "bytes",
}
"""Every metric of a workflow, and of a version of it, with its unit."""

NOT_OF_NODES: Final = frozenset({"run_time", "waiting_time", "run_count"})
"""Runs have these, nodes do not."""

NOT_OF_MODELS: Final = NOT_OF_NODES | {"critical_time"}
"""Nor do models; only a node as a whole is on the critical path."""


class Figures(NamedTuple):
    """What a metric comes to in a period: its headline, over how many runs or executions, and how it was spread.

    The headline is the median of a time, the sum of a count, of tokens and of money, the ratio of a rate, the
    greatest peak of memory. Of sums by node and of rates the spread is not known.
    """

    value: float
    n: int
    avg: float | None = None
    stddev: float | None = None
    min: float | None = None
    max: float | None = None
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None


class TrendPoint(NamedTuple):
    """A period and its figures (see `Figures`); `count` is over how many runs or executions they are."""

    period_start: datetime
    period_end: datetime
    value: float
    count: int  # type: ignore[assignment]  # the field's name; a record of thousands is made as quickly as a tuple only
    avg: float | None
    stddev: float | None
    min: float | None
    max: float | None
    p50: float | None
    p95: float | None
    p99: float | None


@dataclass(frozen=True, slots=True)
class TrendLine:
    """One workflow, version, node, type or model.

    Attributes:
        name: Of the version, node, type or model; None: the workflow as a whole, or runs without a version.
        title: What people call the node, or whose model it is.
        node_type: Of a node.
        enclosing_node_id: The step around a node, where that tells nodes of one id apart.
        points: In order of time; gaps are gaps.
    """

    name: str | None
    title: str | None = None
    node_type: str | None = None
    enclosing_node_id: str | None = None
    points: tuple[TrendPoint, ...] = ()


@dataclass(frozen=True, slots=True)
class TrendSeries:
    """How a metric went over some periods.

    Attributes:
        metric_type: The metric.
        unit: seconds, tokens, dollars, ratio, percent, count or bytes.
        period_type: How long a point's time is.
        by: What has a line of its own; None: the workflow as a whole.
        tz: In which zone days, weeks and months begin.
        period_start: When the first period begins.
        period_end: When the last one ends: it may go on.
        kept_since: Periods before are left out, since of their time no hours are kept any more; None: none is.
        items: The lines, the largest first.
        left_out: How many lines there are beyond.
    """

    app_id: str
    workflow_id: str
    metric_type: str
    unit: str
    period_type: PeriodType
    by: By | None
    tz: str
    period_start: datetime
    period_end: datetime
    kept_since: datetime | None
    items: tuple[TrendLine, ...] = ()
    left_out: int = 0
