"""Levels that changed, metrics that users define, and what somebody wants to be told of.

Nothing that is there is touched.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "degradations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("app_id", sa.Text(), nullable=False),
        sa.Column("workflow_id", sa.Text(), nullable=False),
        sa.Column("workflow_version", sa.Text(), comment="where one version is to blame; NULL: all of them"),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False, comment="when the new level began"),
        sa.Column("found_at", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT, comment="when the level was back"),
        sa.Column("last_seen_at", INSTANT, nullable=False, comment="the last scan that found it"),
        sa.Column("ratio", sa.Double(), nullable=False, comment="new level over old; below 1 it became better"),
        sa.Column("low", sa.Double(), nullable=False, comment="lower bound of the ratio, 95 %"),
        sa.Column("high", sa.Double(), nullable=False, comment="upper bound of the ratio, 95 %"),
        sa.Column("before", sa.Double(), nullable=False, comment="the old level: seconds, a ratio or dollars a run"),
        sa.Column("after", sa.Double(), nullable=False, comment="the new level"),
        sa.Column("p_value", sa.Double(), nullable=False),
        sa.Column("attribution", JSON, nullable=False, comment="array of causes, the most likely first"),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("resolution_seconds", sa.BigInteger(), comment="how wide the points were; NULL: run by run"),
        sa.Column("fingerprint", sa.Text(), nullable=False, comment="the same while it is the same event"),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "metric IN ('run_time_p50', 'run_time_p95', 'error_rate', 'cost')", name="ck_degradations_metric"
        ),
        sa.CheckConstraint("state IN ('open', 'closed')", name="ck_degradations_state"),
        sa.CheckConstraint("method IN ('change_point', 'sequential')", name="ck_degradations_method"),
        sa.PrimaryKeyConstraint("id", name="pk_degradations"),
        comment="A row per change of a workflow's level.",
    )
    op.create_index(
        "ix_degradations_fingerprint", "degradations", ["app_id", "workflow_id", "fingerprint"], unique=True
    )
    op.create_index("ix_degradations_state", "degradations", ["state", "started_at"])
    _create_metrics()
    _create_alerts()


def _create_metrics() -> None:
    op.create_table(
        "custom_metrics",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("app_id", sa.Text(), nullable=False),
        sa.Column("workflow_id", sa.Text(), comment="NULL: every workflow of the application"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("expression", sa.Text(), comment="over recorded fields; NULL: the number is sent"),
        sa.Column("level", sa.Text(), nullable=False, comment="what carries it"),
        sa.Column("unit", sa.Text()),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint("level IN ('run', 'node')", name="ck_custom_metrics_level"),
        sa.PrimaryKeyConstraint("id", name="pk_custom_metrics"),
        comment="A row per metric that somebody defined.",
    )
    of_a_workflow, of_an_app = sa.text("workflow_id IS NOT NULL"), sa.text("workflow_id IS NULL")
    op.create_index(
        "ix_custom_metrics_workflow_name",
        "custom_metrics",
        ["app_id", "workflow_id", "name"],
        unique=True,
        sqlite_where=of_a_workflow,
        postgresql_where=of_a_workflow,
    )
    op.create_index(
        "ix_custom_metrics_app_name",
        "custom_metrics",
        ["app_id", "name"],
        unique=True,
        sqlite_where=of_an_app,
        postgresql_where=of_an_app,
    )


def _create_alerts() -> None:
    op.create_table(
        "alert_rules",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("app_id", sa.Text(), nullable=False),
        sa.Column("workflow_id", sa.Text(), comment="NULL: every workflow of the application"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("condition", JSON, nullable=False, comment="thresholds and amounts, by kind"),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column(
            "target", JSON, nullable=False, comment="address or addresses; what is secret in it is never given out"
        ),
        sa.Column("quiet_hours", JSON, comment="when nothing is sent; NULL: never quiet"),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "kind IN ('degradation', 'budget', 'error_rate', 'absence', 'digest')", name="ck_alert_rules_kind"
        ),
        sa.CheckConstraint("channel IN ('webhook', 'slack', 'email')", name="ck_alert_rules_channel"),
        sa.PrimaryKeyConstraint("id", name="pk_alert_rules"),
        comment="A row per rule; a budget is a rule.",
    )
    op.create_index("ix_alert_rules_workflow", "alert_rules", ["app_id", "workflow_id"])
    op.create_table(
        "alert_deliveries",
        sa.Column("id", sa.Text(), nullable=False, comment="the idempotency id that the receiver is told"),
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False, comment="what it is about: told once while it lasts"),
        sa.Column("payload", JSON, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("next_attempt_at", INSTANT, nullable=False),
        sa.Column("delivered_at", INSTANT),
        sa.Column("last_error", sa.Text()),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "state IN ('pending', 'delivered', 'failed', 'suppressed')", name="ck_alert_deliveries_state"
        ),
        sa.CheckConstraint("attempts >= 0", name="ck_alert_deliveries_attempts"),
        sa.PrimaryKeyConstraint("id", name="pk_alert_deliveries"),
        comment="A row per message, delivered or not yet.",
    )
    op.create_index("ix_alert_deliveries_due", "alert_deliveries", ["state", "next_attempt_at"])
    op.create_index("ix_alert_deliveries_subject", "alert_deliveries", ["rule_id", "subject"])


def downgrade() -> None:
    for table in ("alert_deliveries", "alert_rules", "custom_metrics", "degradations"):
        op.drop_table(table)
