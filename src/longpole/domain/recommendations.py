"""What the user is advised to do, what it would bring, and what became of it.

    found ─► active ─► dismissed ──── markedly worse ───────────► active
               │ ├───► obsolete ───── found again ──────────────► active
               │ └───► implemented ─► verified ─ did not help ──► active
               └ found again: the same one, with today's words and figures

Upstream: `advice.lifecycle.reconciled`, `services.recommendations`. Downstream: `store.recommendations`, `rest`, `cli`.
"""

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


class ImplementedHow(StrEnum):
    """How it is known that a recommendation was followed."""

    USER = "user"
    """Somebody said so."""
    DETECTED = "detected"
    """The cause is gone, and the workflow changed in a way that fits."""


class Verdict(StrEnum):
    """What runs since a change say about it. It is a comparison of before and after, not an experiment."""

    IMPROVED = "improved"
    NO_EVIDENCE = "no_evidence"
    REGRESSED = "regressed"
    TOO_FEW_RUNS = "too_few_runs"


HISTORY = "history"
"""The `kind` of an object in `evidence` that says what became of the recommendation: `at`, `what`, `words`."""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A recommendation as it is stored.

    Attributes:
        fingerprint: The same for the same finding, from day to day; None where no rule found it.
        gain: `domain.findings.Gain` by name.
        last_seen_at: When an analysis found it last.
        baseline: The workflow and the affected nodes at the time of the advice.
        dismissed_gain: `gain` and `severity` when it was dismissed.
        verification: What it brought: see `domain.verifications`.
        narrative: A model's words for it.
    """

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
    rule: str | None = None
    fingerprint: str | None = None
    gain: Mapping[str, Any] | None = None
    facts: Mapping[str, Any] | None = None
    last_seen_at: datetime | None = None
    obsolete_at: datetime | None = None
    dismissed_at: datetime | None = None
    implemented_at: datetime | None = None
    implemented_how: str | None = None
    baseline: Mapping[str, Any] | None = None
    dismissed_gain: Mapping[str, Any] | None = None
    verified_at: datetime | None = None
    narrative: Mapping[str, Any] | None = None

    @property
    def history(self) -> tuple[Mapping[str, Any], ...]:
        """What became of it, oldest first."""
        return tuple(each for each in self.evidence if each.get("kind") == HISTORY)

    @property
    def note(self) -> str | None:
        """The last of it in words; None where nothing happened yet."""
        return self.history[-1]["words"] if self.history else None
