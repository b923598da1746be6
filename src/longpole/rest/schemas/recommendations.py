"""Recommendations and what became of them."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from longpole.domain.recommendations import Category, RecommendationStatus, Severity
from longpole.rest.parameters import Text
from longpole.rest.schemas.answer import Answer


class Recommendation(Answer):
    """What the user is advised to do, what it would bring, and what became of it."""

    id: str
    app_id: str
    workflow_id: str
    title: str
    description: str
    category: Category
    severity: Severity
    estimated_improvement: str | None
    """In words."""
    estimate: dict[str, Any] | None
    """metric, baseline, expected, low, high, unit, method, n."""
    affected_nodes: tuple[str, ...]
    recommendation_steps: tuple[str, ...]
    code_example: str | None
    status: RecommendationStatus
    evidence: tuple[dict[str, Any], ...]
    created_at: datetime
    updated_at: datetime
    dismissed_reason: str | None
    verification: dict[str, Any] | None
    """What it brought, once implemented: metric, before, after, low, high, unit, n_before, n_after, verdict, …"""
    rule: str | None
    """What found it; null where somebody made it."""
    gain: dict[str, Any] | None
    """seconds_per_run, share_of_run, usd_per_month, failed_run_share: what it is ranked by."""
    facts: dict[str, Any] | None
    """Figures by name."""
    narrative: dict[str, Any] | None
    """A language model's headline and text for it, where one is set."""
    note: str | None
    """What became of it last, in words."""
    last_seen_at: datetime | None
    """When an analysis found it last."""
    obsolete_at: datetime | None
    dismissed_at: datetime | None
    implemented_at: datetime | None
    implemented_how: str | None
    """user or detected."""
    verified_at: datetime | None
    baseline: dict[str, Any] | None
    """The workflow and the affected nodes at the time of the advice."""


class Recommendations(Answer):
    """Recommendations, the most severe first."""

    items: tuple[Recommendation, ...]


class Dismissal(BaseModel):
    """Why a recommendation is not followed."""

    reason: Text | None = Field(None, max_length=10_000, examples=["Not applicable to our use case"])


class Analysis(BaseModel):
    """What is to be looked at."""

    days: int = Field(default=7, ge=1, le=365, description="The period: so many days up to now.")


class Implementation(BaseModel):
    """That a recommendation was followed."""

    at: Text | None = Field(
        default=None,
        description="Since when, an instant with a time zone; now, unless it is given.",
        examples=["2026-11-08T12:00:00Z"],
        json_schema_extra={"format": "date-time"},
    )
    note: Text | None = Field(default=None, max_length=10_000, description="What was done, in words.")
