"""What one look at everything shows: every workflow in a line, what got worse, what is worth doing, what was saved.

Upstream: `services.whole_overview`. Downstream: `rest`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from longpole.domain.advice_lists import AdviceLine, Brought, MonthlyWorth
from longpole.domain.degradations import DegradedMetric
from longpole.domain.figures import TimeFigures
from longpole.domain.recommendations import Severity


@dataclass(frozen=True, slots=True)
class Sparklines:
    """How a workflow went: of each point of the overview one value of a kind, None where nothing is known.

    Attributes:
        p95: Seconds.
        error_rate: 0 to 1.
        cost: US dollars.
        cache_hit_rate: 0 to 100.
    """

    run_count: Sequence[int]
    p95: Sequence[float | None]
    error_rate: Sequence[float | None]
    cost: Sequence[float | None]
    cache_hit_rate: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class TotalSparklines:
    """How all workflows together went, likewise."""

    run_count: Sequence[int]
    error_rate: Sequence[float | None]
    cost: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Points:
    """When the points of sparklines begin, in order; all are equally long.

    Attributes:
        seconds: How long: an hour where no more than two days are looked at, else whole UTC days.
    """

    seconds: int
    starts: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class OverviewCause:
    """Something that was behind a change; `share` of it is explained by it (None: could not be said)."""

    kind: str
    name: str
    share: float | None


@dataclass(frozen=True, slots=True)
class Worsened:
    """A level that got worse and still is, in short: see `domain.degradations`; the likeliest cause first."""

    id: str
    app_id: str
    workflow_id: str
    workflow_version: str | None
    metric: DegradedMetric
    started_at: datetime
    ratio: float
    before: float
    after: float
    causes: tuple[OverviewCause, ...]


@dataclass(frozen=True, slots=True)
class OverviewAdvice:
    """The recommendation of a workflow that is worth most."""

    id: str
    title: str
    severity: Severity
    affected_nodes: tuple[str, ...]
    worth: MonthlyWorth


@dataclass(frozen=True, slots=True)
class OverviewWorkflow:
    """A workflow in a line.

    Attributes:
        error_rate: Of its runs, 0 to 1.
        cache_hit_rate: 0 to 100, as in a summary.
        change: As in a summary, of a few figures.
        degradations: How many levels got worse and still are.
        worst: The gravest of them.
        recommendations: How many stand.
        advice: The one that is worth most.
    """

    app_id: str
    workflow_id: str
    workflow_name: str | None
    run_count: int
    failed: int
    error_rate: float | None
    last_run_at: datetime
    execution_time: TimeFigures
    total_cost: Decimal | None
    cache_hit_rate: float | None
    change: Mapping[str, float | None]
    sparkline: Sparklines
    degradations: int
    worst: Worsened | None
    recommendations: int
    advice: OverviewAdvice | None


@dataclass(frozen=True, slots=True)
class OverviewTotals:
    """What the runs of all workflows that are listed come to; `change` as in a summary."""

    run_count: int
    failed: int
    error_rate: float | None
    total_cost: Decimal | None
    change: Mapping[str, float | None]
    sparkline: TotalSparklines


@dataclass(frozen=True, slots=True)
class CacheSavings:
    """What the node cache saved in the period; `hit_rate` is 0 to 100, None where nobody asked."""

    hits: int
    hit_rate: float | None
    time_saved: float
    cost_saved: Decimal


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything of all applications, or of one.

    Attributes:
        apps: The ids of all applications, whichever was asked for.
        workflows: The one that ran last first.
        left_out: How many workflows more there are, that ran before those that are listed.
        degraded: What got worse lately and still is, the newest day first, the gravest of a day first.
        advice: What is worth most, in the order of `GET /recommendations`.
        brought: What advice that was followed has brought, a month.
    """

    period_start: datetime
    period_end: datetime
    apps: tuple[str, ...]
    totals: OverviewTotals
    points: Points
    workflows: tuple[OverviewWorkflow, ...]
    left_out: int
    degraded: tuple[Worsened, ...]
    degraded_count: int
    advice: tuple[AdviceLine, ...]
    advice_count: int
    cache: CacheSavings
    brought: Brought
