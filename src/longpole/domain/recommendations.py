"""What the user is advised to do, what it would bring, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Category(StrEnum):
    """What a recommendation improves."""

    PERFORMANCE = "performance"
    COST = "cost"
    RELIABILITY = "reliability"
    SCALABILITY = "scalability"
    BEST_PRACTICE = "best_practice"


class Severity(StrEnum):
    """How much it matters, least first."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class RecommendationStatus(StrEnum):
    """What became of a recommendation."""

    ACTIVE = "active"
    DISMISSED = "dismissed"
    IMPLEMENTED = "implemented"
    OBSOLETE = "obsolete"


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A recommendation as it is stored."""

    id: str
    app_id: str
    workflow_id: str
    title: str
    description: str
    category: Category
    severity: Severity
    status: RecommendationStatus
    created_at: datetime
    updated_at: datetime
    estimated_improvement: str | None = None
    estimate: Mapping[str, Any] | None = None
    affected_nodes: tuple[str, ...] = ()
    recommendation_steps: tuple[str, ...] = ()
    code_example: str | None = None
    evidence: tuple[Mapping[str, Any], ...] = ()
    dismissed_reason: str | None = None
    verification: Mapping[str, Any] | None = None
