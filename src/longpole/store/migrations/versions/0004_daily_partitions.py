"""PostgreSQL: the tables that grow are partitioned by day, so that a day goes in a moment.

    runs ─┬─ runs_20261124      keys of that day (store.keys): a row's day is when it was first seen
          ├─ runs_20261125      likewise node_executions, node_attempts, trace_chunks
          └─ runs_default       days that nobody has made yet, and what outlives its day

A unique index of a partitioned table has to contain what it is partitioned
by, so `run_directory` keeps run ids unique. On SQLite nothing changes.
"""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Keys are microseconds since 2024, times 4096.
EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
DAY_KEYS = 86_400_000_000 << 12
DAYS_AHEAD = 3

VIEWS = ("workflow_performance_metrics", "workflow_node_performance")
PRIMARY_KEYS = {
    "runs": ("run_key",),
    "node_executions": ("run_key", "node_execution_id"),
    "node_attempts": ("run_key", "node_execution_id", "attempt_number"),
    "trace_chunks": ("chunk_key",),
}
INDEXES = {
    "runs": {
        "ix_runs_workflow_key_period_ns": "(workflow_key, period_ns)",
        "ix_runs_open": "(last_received_ns) WHERE NOT is_ended AND NOT is_abandoned",
    },
    "trace_chunks": {
        "ix_trace_chunks_trace_id": "(trace_id)",
        "ix_trace_chunks_pending": "(chunk_key) WHERE is_pending",
    },
}
ONCE_UNIQUE = "ix_runs_workflow_run_id"
BY_ID = "ix_runs_by_id"


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    views = _drop_views()
    for table, key in PRIMARY_KEYS.items():
        whole = _set_aside(table)
        op.execute(f"CREATE TABLE {table} ({_like(whole)}) PARTITION BY RANGE ({key[0]})")
        for day in _days(whole, key[0]):
            low = day * DAY_KEYS
            name = f"{table}_{EPOCH + timedelta(days=day):%Y%m%d}"
            op.execute(f"CREATE TABLE {name} PARTITION OF {table} FOR VALUES FROM ({low}) TO ({low + DAY_KEYS})")
        op.execute(f"CREATE TABLE {table}_default PARTITION OF {table} DEFAULT")
        _fill(table, whole)
    op.execute(f"CREATE INDEX {BY_ID} ON runs (workflow_run_id)")
    op.create_table(
        "run_directory",
        sa.Column("workflow_run_id", sa.Text(), nullable=False),
        sa.Column("run_key", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("workflow_run_id", name="pk_run_directory"),
        comment="A row per run: its key, and so the partition that it is in; keeps run ids unique.",
    )
    op.execute("INSERT INTO run_directory SELECT workflow_run_id, run_key FROM runs")
    op.create_index("ix_run_directory_run_key", "run_directory", ["run_key"], unique=True)
    _create_views(views)


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    views = _drop_views()
    op.drop_table("run_directory")
    for table in PRIMARY_KEYS:
        parts = _set_aside(table)
        op.execute(f"CREATE TABLE {table} ({_like(parts)})")
        _fill(table, parts)
    op.create_index(ONCE_UNIQUE, "runs", ["workflow_run_id"], unique=True)
    _create_views(views)


def _drop_views() -> dict[str, str]:
    """What the views over these tables are; they are made again over the new ones."""
    definitions = {}
    for view in VIEWS:
        definitions[view] = op.get_bind().scalar(sa.text(f"SELECT pg_get_viewdef('{view}'::regclass)"))
        op.execute(f"DROP VIEW {view}")
    return definitions


def _create_views(definitions: dict[str, str]) -> None:
    for view, definition in definitions.items():
        op.execute(sa.text(f"CREATE VIEW {view} AS {definition}".replace(":", "\\:")))


def _set_aside(table: str) -> str:
    """Give the table another name, without the indexes whose names are needed again."""
    aside = f"{table}_aside"
    op.execute(f"ALTER TABLE {table} RENAME TO {aside}")
    op.execute(f"ALTER TABLE {aside} RENAME CONSTRAINT pk_{table} TO pk_{aside}")
    for name in INDEXES.get(table, ()):
        op.execute(f"DROP INDEX {name}")
    if table == "runs":
        op.execute(f"DROP INDEX IF EXISTS {ONCE_UNIQUE}, {BY_ID}")
    return aside


def _like(table: str) -> str:
    return f"LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING COMMENTS INCLUDING STORAGE"


def _days(table: str, key: str) -> list[int]:
    """The days since 2024 of which there are rows, and those that are next."""
    found = op.get_bind().scalars(sa.text(f"SELECT DISTINCT {key} / {DAY_KEYS} FROM {table}"))  # noqa: S608 - our own names
    today = (datetime.now(UTC) - EPOCH).days
    return sorted({*found, *range(today, today + DAYS_AHEAD + 1)})


def _fill(table: str, source: str) -> None:
    op.execute(f"INSERT INTO {table} SELECT * FROM {source}")  # noqa: S608 - names of our own tables
    comment = op.get_bind().scalar(sa.text(f"SELECT obj_description('{source}'::regclass)"))
    op.create_table_comment(table, comment)
    op.execute(f"DROP TABLE {source}")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT pk_{table} PRIMARY KEY ({', '.join(PRIMARY_KEYS[table])})")
    for name, columns in INDEXES.get(table, {}).items():
        op.execute(f"CREATE INDEX {name} ON {table} {columns}")
