"""Levels that changed: a row per event, open until the level is back."""

from sqlalchemy import BigInteger, Column, Double, Index, Table, Text

from longpole.domain.degradations import DegradationState, DegradedMetric, DetectionMethod
from longpole.store.tables.metadata import metadata, one_of
from longpole.store.types import Json, UtcDateTime

degradations = Table(
    "degradations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("app_id", Text, nullable=False),
    Column("workflow_id", Text, nullable=False),
    Column("workflow_version", Text, comment="where one version is to blame; NULL: all of them"),
    Column("metric", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("started_at", UtcDateTime, nullable=False, comment="when the new level began"),
    Column("found_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime, comment="when the level was back"),
    Column("last_seen_at", UtcDateTime, nullable=False, comment="the last scan that found it"),
    Column("ratio", Double, nullable=False, comment="new level over old; below 1 it became better"),
    Column("low", Double, nullable=False, comment="lower bound of the ratio, 95 %"),
    Column("high", Double, nullable=False, comment="upper bound of the ratio, 95 %"),
    Column("before", Double, nullable=False, comment="the old level: seconds, a ratio or dollars a run"),
    Column("after", Double, nullable=False, comment="the new level"),
    Column("p_value", Double, nullable=False),
    Column("attribution", Json, nullable=False, comment="array of causes, the most likely first"),
    Column("method", Text, nullable=False),
    Column("resolution_seconds", BigInteger, comment="how wide the points were; NULL: run by run"),
    Column("fingerprint", Text, nullable=False, comment="the same while it is the same event"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Index("ix_degradations_fingerprint", "app_id", "workflow_id", "fingerprint", unique=True),
    Index("ix_degradations_state", "state", "started_at"),
    one_of("metric", DegradedMetric),
    one_of("state", DegradationState),
    one_of("method", DetectionMethod),
    comment="A row per change of a workflow's level.",
)
