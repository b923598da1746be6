"""Recommendations: made by whoever has one, listed while they stand, dismissed with a reason.

Upstream: `performance`. Downstream: `store.recommendations`.
"""

import uuid
from dataclasses import dataclass, replace
from typing import Any

from longpole import runtime
from longpole.domain.errors import InvalidInputError, RecommendationNotFoundError
from longpole.domain.recommendations import Category, Recommendation, RecommendationStatus, Severity
from longpole.domain.units import instant
from longpole.services import reported_values as check
from longpole.store import recommendations as store

_LONGEST_TITLE = 500
_LONGEST_TEXT = 20_000


@dataclass(frozen=True, kw_only=True, slots=True)
class RecommendationDraft:
    """The fields of `create_optimization_recommendation`, as they were given."""

    app_id: Any
    workflow_id: Any
    title: Any
    description: Any
    category: Any
    severity: Any
    estimated_improvement: Any = None
    affected_nodes: Any = ()
    recommendation_steps: Any = ()
    code_example: Any = None

    def recommendation(self, now_ns: int) -> Recommendation:
        """The recommendation that is meant, standing as of now.

        Raises:
            InvalidInputError: Names the first field that is wrong.
        """
        now = instant(now_ns)
        return Recommendation(
            id=str(uuid.uuid4()),
            app_id=check.identifier("app_id", self.app_id),
            workflow_id=check.identifier("workflow_id", self.workflow_id),
            title=_required("title", self.title, _LONGEST_TITLE),
            description=_required("description", self.description, _LONGEST_TEXT),
            category=_required_member("category", Category, self.category),
            severity=_required_member("severity", Severity, self.severity),
            status=RecommendationStatus.ACTIVE,
            created_at=now,
            updated_at=now,
            estimated_improvement=check.full_text("estimated_improvement", self.estimated_improvement, _LONGEST_TITLE),
            affected_nodes=check.identifiers("affected_nodes", self.affected_nodes),
            recommendation_steps=check.texts("recommendation_steps", self.recommendation_steps, _LONGEST_TEXT),
            code_example=check.full_text("code_example", self.code_example, _LONGEST_TEXT),
        )


def create(draft: RecommendationDraft) -> Recommendation:
    """Store a recommendation.

    Raises:
        InvalidInputError: Names the field that is wrong.
    """
    made = draft.recommendation(runtime.current().clock())
    with runtime.unit_of_work() as connection:
        store.add(connection, made)
    return made


def active(app_id: str, workflow_id: str, severity: Any = None, category: Any = None) -> tuple[Recommendation, ...]:
    """The recommendations that stand, the most severe first; both filters match exactly.

    Raises:
        InvalidInputError: There is no such severity or category.
    """
    of_severity = check.member("severity", Severity, severity)
    of_category = check.member("category", Category, category)
    with runtime.reading() as connection:
        return store.active(connection, app_id, workflow_id, of_severity, of_category)


def dismiss(
    recommendation_id: str, reason: str | None = None, app_id: str | None = None, workflow_id: str | None = None
) -> Recommendation:
    """Take a recommendation out of those that stand; once dismissed it stays so, with the latest reason that was given.

    Args:
        recommendation_id: Which one.
        reason: Why, in words.
        app_id: If given, it must be this application's.
        workflow_id: If given, it must be this workflow's.

    Raises:
        RecommendationNotFoundError: There is none of this id there.
        InvalidInputError: The reason is no text.
    """
    said = check.full_text("reason", reason, _LONGEST_TEXT)
    with runtime.unit_of_work() as connection:
        found = store.find(connection, recommendation_id)
        if found is None or app_id not in {None, found.app_id} or workflow_id not in {None, found.workflow_id}:
            raise RecommendationNotFoundError(recommendation_id)
        now = instant(runtime.current().clock())
        kept = found.dismissed_reason if said is None else said
        if (found.status, found.dismissed_reason) == (RecommendationStatus.DISMISSED, kept):
            return found
        store.dismiss(connection, recommendation_id, kept, now)
        return replace(found, status=RecommendationStatus.DISMISSED, dismissed_reason=kept, updated_at=now)


def _required(field: str, value: Any, longest: int) -> str:
    found = check.full_text(field, value, longest)
    if found is None or not found.strip():
        raise InvalidInputError(field, "must not be empty")
    return found


def _required_member(field: str, enum: Any, value: Any) -> Any:
    if value is None:
        raise InvalidInputError(field, "must be given")
    return check.member(field, enum, value)
