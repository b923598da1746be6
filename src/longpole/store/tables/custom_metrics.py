"""Metrics that users define: numbers sent with runs and nodes, or expressions over recorded fields."""

from sqlalchemy import Column, Index, Table, Text, text

from longpole.domain.metrics import Level
from longpole.store.tables.metadata import metadata, one_of
from longpole.store.types import UtcDateTime

_OF_A_WORKFLOW, _OF_AN_APP = text("workflow_id IS NOT NULL"), text("workflow_id IS NULL")


custom_metrics = Table(
    "custom_metrics",
    metadata,
    Column("id", Text, primary_key=True),
    Column("app_id", Text, nullable=False),
    Column("workflow_id", Text, comment="NULL: every workflow of the application"),
    Column("name", Text, nullable=False),
    Column("expression", Text, comment="over recorded fields; NULL: the number is sent"),
    Column("level", Text, nullable=False, comment="what carries it"),
    Column("unit", Text),
    Column(
        "counts_from", UtcDateTime, comment="runs that count for an earlier time are not in it; NULL: all that are kept"
    ),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Index(
        "ix_custom_metrics_workflow_name",
        "app_id",
        "workflow_id",
        "name",
        unique=True,
        sqlite_where=_OF_A_WORKFLOW,
        postgresql_where=_OF_A_WORKFLOW,
    ),
    Index(
        "ix_custom_metrics_app_name",
        "app_id",
        "name",
        unique=True,
        sqlite_where=_OF_AN_APP,
        postgresql_where=_OF_AN_APP,
    ),
    one_of("level", Level),
    comment="A row per metric that somebody defined.",
)
