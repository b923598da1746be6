"""What periods come to: cells and the marks that say which of them are to be computed anew.

Every run that is there already is marked, so that the first refresh counts it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MONEY = sa.Numeric(24, 12).with_variant(sa.BigInteger(), "sqlite")
# A unit is 300 s. The keys are like those of store.keys, years before any that it will make: 1 and up.
MARK_ALL_RUNS = """
INSERT INTO dirty_marks (tier, mark_key, workflow_key, cell_start, run_key)
SELECT 0, row_number() OVER (ORDER BY workflow_key, cell_start), workflow_key, cell_start, 0
  FROM (SELECT DISTINCT workflow_key,
               (period_ns - ((period_ns % 300000000000) + 300000000000) % 300000000000) / 1000000000 AS cell_start
          FROM runs WHERE workflow_key IS NOT NULL) AS units
"""


def upgrade() -> None:
    op.create_table(
        "dirty_marks",
        sa.Column(
            "tier",
            sa.SmallInteger(),
            autoincrement=False,
            nullable=False,
            comment="0: unit, 1: hour, 2: day, 3: trends",
        ),
        sa.Column(
            "mark_key", sa.BigInteger(), autoincrement=False, nullable=False, comment="time-ordered: see store.keys"
        ),
        sa.Column("workflow_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "cell_start", sa.BigInteger(), autoincrement=False, nullable=False, comment="seconds since the epoch"
        ),
        sa.Column(
            "run_key",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="the run that is new; 0: any change",
        ),
        sa.CheckConstraint("tier IN (0, 1, 2, 3)", name="ck_dirty_marks_tier"),
        sa.PrimaryKeyConstraint("tier", "mark_key", "workflow_key", "cell_start", "run_key", name="pk_dirty_marks"),
        comment="A row per change that a cell does not show yet; only ever added, and removed by computing it anew.",
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_dirty_marks_workflow_key_cell_start", "dirty_marks", ["workflow_key", "cell_start"], unique=False
    )

    op.create_table(
        "node_cells",
        sa.Column(
            "tier",
            sa.SmallInteger(),
            autoincrement=False,
            nullable=False,
            comment="0: 5 minutes, 1: hour, 2: day, 3: removed runs",
        ),
        sa.Column("workflow_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "cell_start", sa.BigInteger(), autoincrement=False, nullable=False, comment="seconds since the epoch"
        ),
        sa.Column("node_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version_key", sa.BigInteger(), autoincrement=False, nullable=False, comment="0: none"),
        sa.Column("model_key", sa.BigInteger(), autoincrement=False, nullable=False, comment="0: the node as a whole"),
        sa.Column("executions", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("succeeded", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("failed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("retries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cache_hits", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cache_known", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cost_usd", MONEY),
        sa.Column("cost_known", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("input_tokens", sa.BigInteger()),
        sa.Column("output_tokens", sa.BigInteger()),
        sa.Column("cache_read_tokens", sa.BigInteger()),
        sa.Column("cache_write_tokens", sa.BigInteger()),
        sa.Column("reasoning_tokens", sa.BigInteger()),
        sa.Column("total_tokens", sa.BigInteger()),
        sa.Column("self_ns", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("on_path_runs", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("critical_ns", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("input_bytes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("input_bytes_known", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("output_bytes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("output_bytes_known", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("memory_bytes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("memory_known", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("memory_max_bytes", sa.BigInteger()),
        sa.Column("time_sketch", sa.LargeBinary(), nullable=False, comment="time of executions, ns"),
        sa.Column(
            "critical_sketch", sa.LargeBinary(), comment="time on the critical path per run that has it there, ns"
        ),
        sa.CheckConstraint("tier IN (0, 1, 2, 3)", name="ck_node_cells_tier"),
        sa.PrimaryKeyConstraint(
            "tier", "workflow_key", "cell_start", "node_key", "version_key", "model_key", name="pk_node_cells"
        ),
        comment="A row per node, version, model and unit of time.",
        sqlite_with_rowid=False,
    )
    op.create_table(
        "run_cells",
        sa.Column(
            "tier",
            sa.SmallInteger(),
            autoincrement=False,
            nullable=False,
            comment="0: 5 minutes, 1: hour, 2: day, 3: removed runs",
        ),
        sa.Column("workflow_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "cell_start", sa.BigInteger(), autoincrement=False, nullable=False, comment="seconds since the epoch"
        ),
        sa.Column("version_key", sa.BigInteger(), autoincrement=False, nullable=False, comment="0: none"),
        sa.Column("run_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("succeeded", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("failed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("partial", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("node_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("failed_nodes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("retries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cost_usd", MONEY, comment="what is known of it"),
        sa.Column("cost_known_runs", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cache_rate_nodes", sa.BigInteger(), comment="sum of hit rate, millionths of a percent, times nodes"),
        sa.Column("cache_known_nodes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("input_tokens", sa.BigInteger()),
        sa.Column("output_tokens", sa.BigInteger()),
        sa.Column("cache_read_tokens", sa.BigInteger()),
        sa.Column("cache_write_tokens", sa.BigInteger()),
        sa.Column("reasoning_tokens", sa.BigInteger()),
        sa.Column("total_tokens", sa.BigInteger()),
        sa.Column("path_ns", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("queue_ns", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("retry_delay_ns", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("engine_overhead_ns", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("memory_bytes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("memory_known", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("memory_max_bytes", sa.BigInteger()),
        sa.Column("time_sketch", sa.LargeBinary(), nullable=False, comment="run time, ns"),
        sa.Column(
            "sketches", sa.LargeBinary(), nullable=False, comment="further metrics: a packed map of name to sketch"
        ),
        sa.CheckConstraint("tier IN (0, 1, 2, 3)", name="ck_run_cells_tier"),
        sa.PrimaryKeyConstraint("tier", "workflow_key", "cell_start", "version_key", name="pk_run_cells"),
        comment="A row per workflow, version and unit of time.",
        sqlite_with_rowid=False,
    )
    op.create_index("ix_run_cells_tier_cell_start", "run_cells", ["tier", "cell_start"], unique=False)

    op.create_table(
        "upkeep_facts",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_upkeep_facts"),
        comment="Numbers that tasks remember, such as up to when raw rows have been removed.",
    )
    op.create_table(
        "upkeep_tasks",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("every_seconds", sa.Double(), nullable=False),
        sa.Column("started_ns", sa.BigInteger(), nullable=False, comment="when it last began"),
        sa.Column("elapsed_ns", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), comment="what it did, in words"),
        sa.Column("error", sa.Text(), comment="NULL where it went well"),
        sa.Column("process", sa.Text(), nullable=False, comment="who did it: host and process"),
        sa.CheckConstraint("elapsed_ns >= 0", name="ck_upkeep_tasks_elapsed_ns"),
        sa.PrimaryKeyConstraint("name", name="pk_upkeep_tasks"),
        comment="A row per upkeep task: its last run.",
    )
    op.create_table(
        "versions",
        sa.Column("version_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("workflow_version", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("version_key", name="pk_versions"),
        comment="A row per version of any workflow.",
    )
    op.execute(MARK_ALL_RUNS)


def downgrade() -> None:
    op.drop_table("versions")
    op.drop_table("upkeep_tasks")
    op.drop_table("upkeep_facts")

    op.drop_table("run_cells")
    op.drop_table("node_cells")

    op.drop_table("dirty_marks")
