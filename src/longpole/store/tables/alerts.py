"""What somebody wants to be told of, and what was told."""

from enum import StrEnum

from sqlalchemy import BigInteger, Boolean, Column, Index, Table, Text

from longpole.store.tables.metadata import at_least, metadata, one_of
from longpole.store.types import Json, UtcDateTime


class _Kind(StrEnum):
    DEGRADATION = "degradation"
    BUDGET = "budget"
    ERROR_RATE = "error_rate"
    ABSENCE = "absence"
    DIGEST = "digest"


class _Channel(StrEnum):
    WEBHOOK = "webhook"
    SLACK = "slack"
    EMAIL = "email"


class _DeliveryState(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    SUPPRESSED = "suppressed"


alert_rules = Table(
    "alert_rules",
    metadata,
    Column("id", Text, primary_key=True),
    Column("app_id", Text, nullable=False),
    Column("workflow_id", Text, comment="NULL: every workflow of the application"),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("condition", Json, nullable=False, comment="thresholds and amounts, by kind"),
    Column("channel", Text, nullable=False),
    Column("target", Json, nullable=False, comment="address or addresses; what is secret in it is never given out"),
    Column("quiet_hours", Json, comment="when nothing is sent; NULL: never quiet"),
    Column("is_enabled", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Index("ix_alert_rules_workflow", "app_id", "workflow_id"),
    one_of("kind", _Kind),
    one_of("channel", _Channel),
    comment="A row per rule; a budget is a rule.",
)

alert_deliveries = Table(
    "alert_deliveries",
    metadata,
    Column("id", Text, primary_key=True, comment="the idempotency id that the receiver is told"),
    Column("rule_id", Text, nullable=False),
    Column("subject", Text, nullable=False, comment="what it is about: told once while it lasts"),
    Column("payload", Json, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", BigInteger, nullable=False),
    Column("next_attempt_at", UtcDateTime, nullable=False),
    Column("delivered_at", UtcDateTime),
    Column("last_error", Text),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Index("ix_alert_deliveries_due", "state", "next_attempt_at"),
    Index("ix_alert_deliveries_subject", "rule_id", "subject"),
    one_of("state", _DeliveryState),
    *at_least(0, "attempts"),
    comment="A row per message, delivered or not yet.",
)
