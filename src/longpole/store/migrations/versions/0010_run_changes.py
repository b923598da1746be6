"""What has become of runs lately, and a name for this list of it.

The list begins empty: runs that are there already have not changed.
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_ROWID = {"sqlite_with_rowid": False}


def upgrade() -> None:
    key = sa.BigInteger()
    op.create_table(
        "run_changes",
        sa.Column(
            "transaction_id",
            key,
            autoincrement=False,
            nullable=False,
            comment="PostgreSQL's own; on SQLite one more than the greatest before",
        ),
        sa.Column("change_key", key, autoincrement=False, nullable=False, comment="time-ordered: see store.keys"),
        sa.Column("run_key", key, nullable=False),
        sa.Column("settling_ns", key, comment="when its newest news arrived; NULL where time alone completes nothing"),
        sa.Column("left_workflow_key", key, comment="the workflow that it belongs to no more; NULL: none"),
        sa.Column("gone_run_id", sa.Text(), comment="its id, where it was deleted"),
        sa.PrimaryKeyConstraint("transaction_id", "change_key", name="pk_run_changes"),
        comment="A row per change of a run; kept for minutes.",
        **_ROWID,
    )
    settling = sa.text("settling_ns IS NOT NULL")
    op.create_index(
        "ix_run_changes_settling_ns",
        "run_changes",
        ["settling_ns"],
        sqlite_where=settling,
        postgresql_where=settling,
    )
    facts = sa.table("upkeep_facts", sa.column("name"), sa.column("value"))
    op.execute(facts.insert().values(name="live_journal", value=secrets.randbits(48)))


def downgrade() -> None:
    facts = sa.table("upkeep_facts", sa.column("name"), sa.column("value"))
    op.execute(facts.delete().where(facts.c.name.like("live_%")))
    op.drop_table("run_changes")
