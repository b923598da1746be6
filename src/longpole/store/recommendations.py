"""Recommendations: kept, found again, changed, and locked while it is decided what becomes of them.

Upstream: `services.recommendations`, `services.advice_lifecycle`, `services.verification`.
Downstream: `tables.recommendations`.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, case, func, or_, select, update

from longpole.domain.recommendations import Category, Recommendation, RecommendationStatus, Severity, Verdict
from longpole.store.tables import recommendations as table
from longpole.store.upserts import upsert
from longpole.store.values import text

_WORST_FIRST = case({severity.value: -rank for rank, severity in enumerate(Severity)}, value=table.c.severity)
_SHOWN = frozenset(field.name for field in fields(Recommendation))
_UNCHANGING = frozenset({"id", "app_id", "workflow_id", "fingerprint", "created_at"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which recommendations of a workflow are meant; what is None is not asked about."""

    app_id: str
    workflow_id: str
    status: RecommendationStatus | None = RecommendationStatus.ACTIVE
    severity: Severity | None = None
    category: Category | None = None


def add(connection: Connection, recommendation: Recommendation) -> None:
    """Store a new recommendation; nothing where another one of the same finding is there already."""
    connection.execute(upsert(connection, table).values(**asdict(recommendation)).on_conflict_do_nothing())


def find(connection: Connection, recommendation_id: str, *, to_change: bool = False) -> Recommendation | None:
    """A recommendation by its id; `to_change` it, nobody else may until the transaction ends."""
    query = select(table).where(table.c.id == text(recommendation_id))
    found = connection.execute(query.with_for_update() if to_change else query).one_or_none()
    return None if found is None else _recommendation(found)


def those(connection: Connection, wanted: Wanted) -> tuple[Recommendation, ...]:
    """The recommendations that are meant, the most severe first, of those the newest."""
    query = _of_workflow(wanted.app_id, wanted.workflow_id)
    for column, value in (
        (table.c.status, wanted.status),
        (table.c.severity, wanted.severity),
        (table.c.category, wanted.category),
    ):
        if value is not None:
            query = query.where(column == value)
    query = query.order_by(_WORST_FIRST, table.c.created_at.desc(), table.c.id)
    return tuple(map(_recommendation, connection.execute(query)))


def found_by_rules(connection: Connection, app_id: str, workflow_id: str) -> tuple[Recommendation, ...]:
    """All that rules ever found for a workflow; until the transaction ends nobody else changes them or adds any."""
    if connection.dialect.name == "postgresql":
        key = sha256(f"advice\0{app_id}\0{workflow_id}".encode("utf-8", "replace")).digest()[:8]
        connection.execute(select(func.pg_advisory_xact_lock(int.from_bytes(key, signed=True))))
    query = _of_workflow(app_id, workflow_id).where(table.c.fingerprint.is_not(None)).order_by(table.c.id)
    return tuple(map(_recommendation, connection.execute(query.with_for_update())))


def save(connection: Connection, recommendation: Recommendation) -> None:
    """Store a recommendation as it is now."""
    values = {name: value for name, value in asdict(recommendation).items() if name not in _UNCHANGING}
    connection.execute(update(table).where(table.c.id == text(recommendation.id)).values(**values))


def seen(connection: Connection, ids: Collection[str], at: datetime) -> None:
    """An analysis has found them again."""
    connection.execute(update(table).where(table.c.id.in_(sorted(ids))).values(last_seen_at=at))


@dataclass(frozen=True, slots=True)
class Due:
    """Which implemented recommendations wait for a verification: not verified since `before`.

    Those of which there were too few runs wait only since `too_few_before`.
    """

    before: datetime
    too_few_before: datetime
    app_id: str | None = None
    workflow_id: str | None = None


def to_verify(connection: Connection, due: Due, limit: int) -> Sequence[str]:
    """Ids of what is due, those that wait longest first; never those whose verification is final."""
    verdict = table.c.verification["verdict"].as_string()
    is_early = and_(verdict == Verdict.TOO_FEW_RUNS, table.c.verified_at <= due.too_few_before)
    query = (
        select(table.c.id)
        .where(table.c.status == RecommendationStatus.IMPLEMENTED, table.c.implemented_at.is_not(None))
        .where(or_(table.c.verified_at.is_(None), table.c.verified_at <= due.before, is_early))
        .where(or_(table.c.verification.is_(None), table.c.verification["is_final"].as_boolean().is_not(True)))
        .order_by(table.c.verified_at.is_not(None), table.c.verified_at, table.c.id)
        .limit(limit)
    )
    if due.app_id is not None:
        query = query.where(table.c.app_id == text(due.app_id))
    if due.workflow_id is not None:
        query = query.where(table.c.workflow_id == text(due.workflow_id))
    return connection.scalars(query).all()


def _of_workflow(app_id: str, workflow_id: str) -> Select[Any]:
    return select(table).where(table.c.app_id == text(app_id), table.c.workflow_id == text(workflow_id))


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
