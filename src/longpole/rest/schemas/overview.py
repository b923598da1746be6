"""Everything that one look at all applications answers."""

from datetime import datetime

from longpole.domain.degradations import CauseKind, DegradedMetric
from longpole.domain.recommendations import Severity
from longpole.rest.schemas.advice_lists import AdviceLine, Brought, MonthlyWorth
from longpole.rest.schemas.answer import Answer, Usd
from longpole.rest.schemas.figures import TimeFigures


class TotalSparklines(Answer):
    """How all workflows together went: a value for each of `points.starts`; null: nothing is known."""

    run_count: tuple[int, ...]
    error_rate: tuple[float | None, ...]
    """0 to 1."""
    cost: tuple[float | None, ...]
    """US dollars, of what is known."""


class Sparklines(TotalSparklines):
    """How a workflow went, likewise."""

    p95: tuple[float | None, ...]
    """Seconds."""
    cache_hit_rate: tuple[float | None, ...]
    """0 to 100."""


class OverviewPoints(Answer):
    """When the points of all sparklines begin."""

    seconds: int
    """How long each is: an hour up to two days, else whole UTC days."""
    starts: tuple[datetime, ...]


class OverviewCause(Answer):
    """Something that was behind a change."""

    kind: CauseKind
    name: str
    share: float | None
    """Of the change, 0 to 1: how much of it this explains."""


class Worsened(Answer):
    """A level that got worse and still is, in short."""

    id: str
    app_id: str
    workflow_id: str
    workflow_version: str | None
    metric: DegradedMetric
    started_at: datetime
    ratio: float | None
    """New level over old; null where the old one was 0."""
    before: float
    """Seconds, a ratio, or dollars a run."""
    after: float
    causes: tuple[OverviewCause, ...]
    """The likeliest first."""


class OverviewAdvice(Answer):
    """The recommendation of a workflow that is worth most."""

    id: str
    title: str
    severity: Severity
    affected_nodes: tuple[str, ...]
    worth: MonthlyWorth


class OverviewWorkflow(Answer):
    """A workflow in a line."""

    app_id: str
    workflow_id: str
    workflow_name: str | None
    run_count: int
    failed: int
    error_rate: float | None
    """0 to 1."""
    last_run_at: datetime
    execution_time: TimeFigures
    total_cost: Usd | None
    """US dollars, of what is known."""
    cache_hit_rate: float | None
    """0 to 100."""
    change: dict[str, float | None]
    """Of `run_count`, `execution_time.p95`, `error_rate`, `total_cost`, `cache_hit_rate`: (now - before) / before."""
    sparkline: Sparklines
    degradations: int
    """How many levels got worse and still are."""
    worst: Worsened | None
    recommendations: int
    """How many stand."""
    advice: OverviewAdvice | None


class OverviewTotals(Answer):
    """What the runs of all workflows that are listed come to."""

    run_count: int
    failed: int
    error_rate: float | None
    """0 to 1."""
    total_cost: Usd | None
    """US dollars, of what is known."""
    change: dict[str, float | None]
    """Of `run_count`, `failed`, `error_rate`, `total_cost`."""
    sparkline: TotalSparklines


class CacheSavings(Answer):
    """What the node cache saved in the period."""

    hits: int
    hit_rate: float | None
    """0 to 100; null where nobody asked it."""
    time_saved: float
    """Seconds of node time."""
    cost_saved: Usd
    """US dollars."""


class Overview(Answer):
    """Everything of all applications, or of one."""

    period_start: datetime
    period_end: datetime
    apps: tuple[str, ...]
    """All applications, whichever was asked for."""
    totals: OverviewTotals
    points: OverviewPoints
    workflows: tuple[OverviewWorkflow, ...]
    """The one that ran last first, at most 500."""
    left_out: int
    """How many more there are."""
    degraded: tuple[Worsened, ...]
    """What got worse and still is, the newest day first; at most 10."""
    degraded_count: int
    advice: tuple[AdviceLine, ...]
    """What is worth most; at most 5."""
    advice_count: int
    cache: CacheSavings
    brought: Brought
    """By advice that was followed, a month."""
