"""Workflows' graphs, and what a recommendation needs to be found again, dismissed, implemented and verified.

Recommendations that are there keep their rows; no rule found them, so they have no fingerprint.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
INSTANT = sa.DateTime(timezone=True)
RECOMMENDATIONS = "workflow_optimization_recommendations"
BY_FINGERPRINT = "ix_recommendations_fingerprint"
FOUND_BY_A_RULE = sa.text("fingerprint IS NOT NULL")
NEW_COLUMNS: tuple[tuple[str, Any, str | None], ...] = (
    ("rule", sa.Text(), "what found it"),
    ("fingerprint", sa.Text(), "hash of rule, affected nodes and subject: the same from day to day"),
    ("gain", JSON, "seconds, dollars and failed runs that it would save"),
    ("facts", JSON, "figures of the finding by name"),
    ("narrative", JSON, "a model's words for it"),
    ("last_seen_at", INSTANT, "the last analysis that found it"),
    ("obsolete_at", INSTANT, None),
    ("dismissed_at", INSTANT, None),
    ("implemented_at", INSTANT, None),
    ("implemented_how", sa.Text(), "user: somebody said so; detected: seen in the runs"),
    ("baseline", JSON, "figures at the time of the advice, which verification compares with"),
    ("dismissed_gain", JSON, "the gain when it was dismissed: it comes back when that grew markedly"),
    ("verified_at", INSTANT, None),
)


def upgrade() -> None:
    op.create_table(
        "workflow_graphs",
        sa.Column("id", sa.Text(), nullable=False, comment="a hash of workflow, version and source: see store.graphs"),
        sa.Column("app_id", sa.Text(), nullable=False),
        sa.Column("workflow_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), comment="the workflow version that it belongs to; NULL: not said"),
        sa.Column("engine", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("name", sa.Text()),
        sa.Column("digest", sa.Text(), nullable=False, comment="SHA-256 of the canonical document"),
        sa.Column("document", JSON, nullable=False, comment="nodes, edges and what was noticed when reading"),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint("engine IN ('dify', 'langgraph', 'n8n', 'generic')", name="ck_workflow_graphs_engine"),
        sa.CheckConstraint("source IN ('imported', 'telemetry', 'inferred')", name="ck_workflow_graphs_source"),
        sa.PrimaryKeyConstraint("id", name="pk_workflow_graphs"),
        comment="A row per workflow, version and way of knowing its graph.",
    )
    op.create_index(
        "ix_workflow_graphs_identity",
        "workflow_graphs",
        ["app_id", "workflow_id", "version", "source"],
        unique=True,
    )
    for name, type_, comment in NEW_COLUMNS:
        op.add_column(RECOMMENDATIONS, sa.Column(name, type_, comment=comment))
    op.create_index(
        BY_FINGERPRINT,
        RECOMMENDATIONS,
        ["app_id", "workflow_id", "fingerprint"],
        unique=True,
        sqlite_where=FOUND_BY_A_RULE,
        postgresql_where=FOUND_BY_A_RULE,
    )


def downgrade() -> None:
    op.drop_index(BY_FINGERPRINT, RECOMMENDATIONS)
    for name, _, _ in reversed(NEW_COLUMNS):
        op.drop_column(RECOMMENDATIONS, name)
    op.drop_table("workflow_graphs")
