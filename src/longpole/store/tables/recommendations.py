"""Recommendations and what became of them."""

from sqlalchemy import Column, Index, Table, Text, text

from longpole.domain.recommendations import Category, RecommendationStatus, Severity
from longpole.store.tables.metadata import metadata, one_of
from longpole.store.types import Json, UtcDateTime

_FOUND_BY_A_RULE = text("fingerprint IS NOT NULL")

recommendations = Table(
    "workflow_optimization_recommendations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("app_id", Text, nullable=False),
    Column("workflow_id", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("estimated_improvement", Text, comment="in words"),
    Column("estimate", Json, comment="metric, baseline, expected, low, high, unit, method, n"),
    Column("affected_nodes", Json, nullable=False, comment="array of node ids"),
    Column("recommendation_steps", Json, nullable=False, comment="array of text"),
    Column("code_example", Text),
    Column("evidence", Json, nullable=False, comment="array of objects"),
    Column("verification", Json, comment="what it brought, once implemented"),
    Column("dismissed_reason", Text),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("rule", Text, comment="what found it"),
    Column("fingerprint", Text, comment="hash of rule, affected nodes and subject: the same from day to day"),
    Column("gain", Json, comment="seconds, dollars and failed runs that it would save"),
    Column("facts", Json, comment="figures of the finding by name"),
    Column("narrative", Json, comment="a model's words for it"),
    Column("last_seen_at", UtcDateTime, comment="the last analysis that found it"),
    Column("obsolete_at", UtcDateTime),
    Column("dismissed_at", UtcDateTime),
    Column("implemented_at", UtcDateTime),
    Column("implemented_how", Text, comment="user: somebody said so; detected: seen in the runs"),
    Column("baseline", Json, comment="figures at the time of the advice, which verification compares with"),
    Column("dismissed_gain", Json, comment="the gain when it was dismissed: it comes back when that grew markedly"),
    Column("verified_at", UtcDateTime),
    Index("ix_recommendations_workflow", "app_id", "workflow_id", "status"),
    Index(
        "ix_recommendations_fingerprint",
        "app_id",
        "workflow_id",
        "fingerprint",
        unique=True,
        sqlite_where=_FOUND_BY_A_RULE,
        postgresql_where=_FOUND_BY_A_RULE,
    ),
    one_of("category", Category),
    one_of("severity", Severity),
    one_of("status", RecommendationStatus),
    comment="A row per finding for a workflow.",
)
