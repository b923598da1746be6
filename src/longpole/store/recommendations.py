"""Recommendations: kept, found again while they stand, and dismissed.

Upstream: `services.recommendations`. Downstream: `tables.recommendations`.
"""

from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, case, select, update

from longpole.domain.recommendations import Category, Recommendation, RecommendationStatus, Severity
from longpole.store.tables import recommendations as table
from longpole.store.values import text

_WORST_FIRST = case({severity.value: -rank for rank, severity in enumerate(Severity)}, value=table.c.severity)

_SHOWN = frozenset(field.name for field in fields(Recommendation))


def add(connection: Connection, recommendation: Recommendation) -> None:
    """Store a new recommendation."""
    connection.execute(table.insert().values(**asdict(recommendation)))


def find(connection: Connection, recommendation_id: str) -> Recommendation | None:
    """A recommendation by its id."""
    found = connection.execute(select(table).where(table.c.id == text(recommendation_id))).one_or_none()
    return None if found is None else _recommendation(found)


def active(
    connection: Connection, app_id: str, workflow_id: str, severity: Severity | None, category: Category | None
) -> tuple[Recommendation, ...]:
    """The recommendations of a workflow that stand, the most severe first, of those the newest."""
    query = select(table).where(
        table.c.app_id == text(app_id),
        table.c.workflow_id == text(workflow_id),
        table.c.status == RecommendationStatus.ACTIVE,
    )
    if severity is not None:
        query = query.where(table.c.severity == severity)
    if category is not None:
        query = query.where(table.c.category == category)
    query = query.order_by(_WORST_FIRST, table.c.created_at.desc(), table.c.id)
    return tuple(map(_recommendation, connection.execute(query)))


def dismiss(connection: Connection, recommendation_id: str, reason: str | None, at: datetime) -> None:
    """Take a recommendation out of those that stand."""
    changes = {"status": RecommendationStatus.DISMISSED, "dismissed_reason": reason, "updated_at": at}
    connection.execute(update(table).where(table.c.id == text(recommendation_id)).values(**changes))


def _recommendation(row: Row[Any]) -> Recommendation:
    return Recommendation(
        **{
            **{name: value for name, value in row._asdict().items() if name in _SHOWN},
            "category": Category(row.category),
            "severity": Severity(row.severity),
            "status": RecommendationStatus(row.status),
            "affected_nodes": tuple(row.affected_nodes),
            "recommendation_steps": tuple(row.recommendation_steps),
            "evidence": tuple(row.evidence),
        }
    )
