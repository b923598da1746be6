"""From when on a user's formula counts, and what users measure of nodes.

Cells keep what they have: the new columns are empty in all of them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "custom_metrics",
        sa.Column(
            "counts_from",
            sa.DateTime(timezone=True),
            comment="runs that count for an earlier time are not in it; NULL: all that are kept",
        ),
    )
    op.add_column(
        "node_cells",
        sa.Column("sketches", sa.LargeBinary(), comment="metrics of users: a packed map of name to sketch; NULL: none"),
    )


def downgrade() -> None:
    op.drop_column("node_cells", "sketches")
    op.drop_column("custom_metrics", "counts_from")
