"""Recommendations and what became of them."""

from sqlalchemy import Column, Index, Table, Text

from longpole.domain.recommendations import Category, RecommendationStatus, Severity
from longpole.store.tables.metadata import metadata, one_of
from longpole.store.types import Json, UtcDateTime

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
    Index("ix_recommendations_workflow", "app_id", "workflow_id", "status"),
    one_of("category", Category),
    one_of("severity", Severity),
    one_of("status", RecommendationStatus),
    comment="A row per finding for a workflow.",
)
