"""Recommendations: made by whoever has one, listed while they stand, dismissed with a reason, or followed.

Upstream: `performance`, `rest`, `cli`. Downstream: `store.recommendations`.
"""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from longpole import runtime
from longpole.advice.lifecycle.history import with_history
from longpole.advice.worth import most_first
from longpole.domain.errors import InvalidInputError, RecommendationNotFoundError
from longpole.domain.recommendations import (
    Category,
    ImplementedHow,
    Recommendation,
    RecommendationStatus,
    Severity,
)
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


def listed(
    app_id: str, workflow_id: str, severity: Any = None, category: Any = None, status: Any = RecommendationStatus.ACTIVE
) -> tuple[Recommendation, ...]:
    """The recommendations of a status, the most severe first, of those the most worth; filters match exactly.

    Raises:
        InvalidInputError: There is no such severity, category or status.
    """
    wanted = store.Wanted(
        app_id,
        workflow_id,
        check.member("status", RecommendationStatus, status),
        check.member("severity", Severity, severity),
        check.member("category", Category, category),
    )
    with runtime.reading() as connection:
        return standing(connection, wanted)


def standing(connection: Connection, wanted: store.Wanted) -> tuple[Recommendation, ...]:
    """The same within a transaction; of those that are worth the same, the newest first."""
    return tuple(sorted(store.those(connection, wanted), key=most_first))


def get(recommendation_id: str, app_id: str | None = None, workflow_id: str | None = None) -> Recommendation:
    """One recommendation, whatever became of it; with an application or workflow given, only one of theirs.

    Raises:
        RecommendationNotFoundError: There is none of this id there.
    """
    with runtime.reading() as connection:
        return _found(connection, recommendation_id, app_id, workflow_id)


def dismiss(
    recommendation_id: str, reason: str | None = None, app_id: str | None = None, workflow_id: str | None = None
) -> Recommendation:
    """Take a recommendation out of those that stand; it stays so until its cause gets markedly worse.

    Args:
        recommendation_id: Which one; if it was dismissed before, the latest reason that was given stands.
        reason: Why, in words.
        app_id: If given, it must be this application's.
        workflow_id: If given, it must be this workflow's.

    Raises:
        RecommendationNotFoundError: There is none of this id there.
        InvalidInputError: The reason is no text.
    """
    said = check.full_text("reason", reason, _LONGEST_TEXT)
    with runtime.unit_of_work() as connection:
        found = _found(connection, recommendation_id, app_id, workflow_id, to_change=True)
        kept = found.dismissed_reason if said is None else said
        if (found.status, found.dismissed_reason) == (RecommendationStatus.DISMISSED, kept):
            return found
        now = instant(runtime.current().clock())
        done = replace(found, status=RecommendationStatus.DISMISSED, dismissed_reason=kept, updated_at=now)
        if found.status is not RecommendationStatus.DISMISSED:
            done = replace(done, dismissed_at=now, dismissed_gain=_gain_now(found), obsolete_at=None)
        store.save(connection, done)
        return done


def implement(
    recommendation_id: str,
    at: Any = None,
    note: str | None = None,
    app_id: str | None = None,
    workflow_id: str | None = None,
) -> Recommendation:
    """Say that a recommendation was followed; what it brought is looked at from then on, as runs arrive.

    Args:
        recommendation_id: Which one. Said again, nothing changes; with another `at`, that one stands.
        at: Since when, an instant with a time zone; now, unless it is given.
        note: What was done, in words.
        app_id: If given, it must be this application's.
        workflow_id: If given, it must be this workflow's.

    Raises:
        RecommendationNotFoundError: There is none of this id there.
        InvalidInputError: `at` is no such instant, or has not come yet; or the note is no text.
    """
    now_ns = runtime.current().clock()
    since_ns = check.moment_ns("at", at)
    if since_ns is not None and since_ns > now_ns:
        raise InvalidInputError("at", "must not be in the future")
    said = check.full_text("note", note, _LONGEST_TEXT)
    with runtime.unit_of_work() as connection:
        found = _found(connection, recommendation_id, app_id, workflow_id, to_change=True)
        is_done = found.status is RecommendationStatus.IMPLEMENTED
        since = found.implemented_at if is_done and since_ns is None else instant(since_ns or now_ns)
        is_same = is_done and since == found.implemented_at
        if is_same and (said is None or said == found.note):
            return found
        done = with_history(found, "implemented", said or "Somebody said that it was done.", instant(now_ns))
        done = replace(done, updated_at=instant(now_ns))
        store.save(connection, done if is_same else _implemented(done, since))
        return done if is_same else _implemented(done, since)


def _implemented(found: Recommendation, since: datetime | None) -> Recommendation:
    return replace(
        found,
        status=RecommendationStatus.IMPLEMENTED,
        implemented_at=since,
        implemented_how=ImplementedHow.USER.value,
        obsolete_at=None,
        dismissed_at=None,
        verification=None,
        verified_at=None,
    )


def _gain_now(found: Recommendation) -> dict[str, Any] | None:
    return None if found.gain is None else {"gain": found.gain, "severity": found.severity.value}


def _found(
    connection: Connection,
    recommendation_id: str,
    app_id: str | None,
    workflow_id: str | None,
    *,
    to_change: bool = False,
) -> Recommendation:
    found = store.find(connection, recommendation_id, to_change=to_change)
    if found is None or app_id not in {None, found.app_id} or workflow_id not in {None, found.workflow_id}:
        raise RecommendationNotFoundError(recommendation_id)
    return found


def _required(field: str, value: Any, longest: int) -> str:
    found = check.full_text(field, value, longest)
    if found is None or not found.strip():
        raise InvalidInputError(field, "must not be empty")
    return found


def _required_member(field: str, enum: Any, value: Any) -> Any:
    if value is None:
        raise InvalidInputError(field, "must be given")
    return check.member(field, enum, value)
