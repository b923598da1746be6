"""Runs whose end never came are counted once they have been silent for long; a column says which ones are."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

OPEN = sa.text("NOT is_ended AND NOT is_abandoned")


def upgrade() -> None:
    op.add_column(
        "runs",
        sa.Column(
            "is_abandoned",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="without an end and silent for so long that it counts as partial",
        ),
    )
    op.create_index("ix_runs_open", "runs", ["last_received_ns"], sqlite_where=OPEN, postgresql_where=OPEN)


def downgrade() -> None:
    op.drop_index("ix_runs_open", "runs")
    op.drop_column("runs", "is_abandoned")
