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
    """What it brought, once implemented."""


class Recommendations(Answer):
    """Recommendations, the most severe first."""

    items: tuple[Recommendation, ...]


class Dismissal(BaseModel):
    """Why a recommendation is not followed."""

    reason: Text | None = Field(None, max_length=10_000, examples=["Not applicable to our use case"])
