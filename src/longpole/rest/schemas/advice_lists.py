"""Recommendations of all workflows in one order, and what those that were followed have brought."""

from datetime import datetime
from typing import Any

from longpole.domain.recommendations import Category, RecommendationStatus, Severity, Verdict
from longpole.rest.schemas.answer import Answer
from longpole.rest.schemas.recommendations import Recommendation


class MonthlyWorth(Answer):
    """What it is worth in a month of the workflow's traffic; null: does not apply, or is not known."""

    seconds_per_month: float | None
    """Run time that would be saved."""
    usd_per_month: float | None
    failed_runs_per_month: float | None
    """Runs that would not fail."""
    score: float
    """What the list is ordered by; of no other use."""


class AdviceLine(Answer):
    """A recommendation as a list shows it."""

    id: str
    app_id: str
    workflow_id: str
    title: str
    category: Category
    severity: Severity
    status: RecommendationStatus
    rule: str | None
    estimated_improvement: str | None
    estimate: dict[str, Any] | None
    gain: dict[str, Any] | None
    affected_nodes: tuple[str, ...]
    worth: MonthlyWorth
    verdict: Verdict | None
    """Of its verification; null: not looked back at yet."""
    created_at: datetime
    updated_at: datetime


class RatedRecommendation(Recommendation):
    """A recommendation with what it is worth in a month."""

    worth: MonthlyWorth


class AdviceCounts(Answer):
    """How many recommendations there are by status."""

    active: int
    dismissed: int
    implemented: int
    obsolete: int


class Brought(Answer):
    """What followed advice has brought a month, as far as it was verified; what got worse is taken off."""

    verified: int
    """How many that were followed have a verdict of better or worse."""
    seconds_per_month: float
    usd_per_month: float
    failed_runs_per_month: float


class AdviceList(Answer):
    """A page of recommendations, the most worth first."""

    items: tuple[AdviceLine, ...]
    next_cursor: str | None
    """Asks for those after them; null where there are none."""
    counts: AdviceCounts
    """Whatever status was asked for."""
    brought: Brought
    analysed_at: datetime | None
    """When the workflow was analysed last; null where none is named, or it never was."""
