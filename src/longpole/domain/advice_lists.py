"""Recommendations of many workflows in one order, and what those that were followed have brought.

Upstream: `advice.monthly`, `services.advice_lists`. Downstream: `rest`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from longpole.domain.recommendations import Category, RecommendationStatus, Severity


@dataclass(frozen=True, slots=True)
class MonthlyWorth:
    """What a recommendation is worth in a month of its workflow's traffic; None where it does not apply or is unknown.

    Attributes:
        seconds_per_month: Run time that would be saved.
        usd_per_month: Money that would be saved.
        failed_runs_per_month: Runs that would not fail.
        score: What lists are ordered by; of no other use.
    """

    seconds_per_month: float | None
    usd_per_month: float | None
    failed_runs_per_month: float | None
    score: float


@dataclass(frozen=True, slots=True)
class AdviceFilters:
    """Which recommendations are meant; what is None is not asked about."""

    app_id: str | None = None
    workflow_id: str | None = None
    severity: Severity | None = None
    category: Category | None = None
    status: RecommendationStatus = RecommendationStatus.ACTIVE


@dataclass(frozen=True, slots=True)
class AdviceLine:
    """A recommendation as a list shows it; `verdict` is that of its verification."""

    id: str
    app_id: str
    workflow_id: str
    title: str
    category: Category
    severity: Severity
    status: RecommendationStatus
    rule: str | None
    estimated_improvement: str | None
    estimate: Mapping[str, Any] | None
    gain: Mapping[str, Any] | None
    affected_nodes: tuple[str, ...]
    worth: MonthlyWorth
    verdict: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Brought:
    """What followed advice has brought, a month, as far as it was verified; what got worse is taken off.

    Attributes:
        verified: How many recommendations that were followed have a verdict of better or worse.
    """

    verified: int = 0
    seconds_per_month: float = 0.0
    usd_per_month: float = 0.0
    failed_runs_per_month: float = 0.0


@dataclass(frozen=True, slots=True)
class AdviceList:
    """A page of recommendations, the most worth first.

    Attributes:
        counts: How many there are by status, whatever status was asked for.
        brought: Of the same application and workflow.
        analysed_at: When the workflow was analysed last; None where none is named, or it never was.
    """

    items: tuple[AdviceLine, ...]
    next_cursor: str | None
    counts: Mapping[RecommendationStatus, int]
    brought: Brought
    analysed_at: datetime | None = None
