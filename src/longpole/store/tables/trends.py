"""Figures of a workflow by hour, day, week and month."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Double, Index, Table, Text

from longpole.store.tables.metadata import at_least, metadata
from longpole.store.types import UtcDateTime

trends = Table(
    "workflow_performance_trends",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False, comment="time-ordered: see store.keys"),
    Column("app_id", Text, nullable=False),
    Column("workflow_id", Text, nullable=False),
    Column("period_start", UtcDateTime, nullable=False),
    Column("period_end", UtcDateTime, nullable=False),
    Column("period_type", Text, nullable=False),
    Column("metric_type", Text, nullable=False),
    Column("metric_value", Double, comment="the period's headline: a median, a sum or a ratio, by metric"),
    Column("min_value", Double),
    Column("max_value", Double),
    Column("avg_value", Double),
    Column("stddev_value", Double),
    Column("percentile_50", Double),
    Column("percentile_95", Double),
    Column("percentile_99", Double),
    Column("sample_count", BigInteger, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Index("ix_trends_identity", "app_id", "workflow_id", "metric_type", "period_type", "period_start", unique=True),
    CheckConstraint("period_type IN ('hourly', 'daily', 'weekly', 'monthly')", name="period_type"),
    CheckConstraint("period_end > period_start", name="period"),
    *at_least(0, "sample_count", "stddev_value"),
    comment="A row per workflow, metric and period.",
)
