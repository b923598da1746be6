"""What has become of runs lately, for whoever looks on.

A row is written with each change of a run, in the transaction that changes it,
and removed by the upkeep some minutes later: see `store.run_changes`.
"""

from sqlalchemy import BigInteger, Column, Index, Table, Text, text

from longpole.store.tables.metadata import metadata

run_changes = Table(
    "run_changes",
    metadata,
    Column(
        "transaction_id",
        BigInteger,
        primary_key=True,
        autoincrement=False,
        comment="PostgreSQL's own; on SQLite one more than the greatest before",
    ),
    Column("change_key", BigInteger, primary_key=True, autoincrement=False, comment="time-ordered: see store.keys"),
    Column("run_key", BigInteger, nullable=False),
    Column("settling_ns", BigInteger, comment="when its newest news arrived; NULL where time alone completes nothing"),
    Column("left_workflow_key", BigInteger, comment="the workflow that it belongs to no more; NULL: none"),
    Column("gone_run_id", Text, comment="its id, where it was deleted"),
    Index(
        None,
        "settling_ns",
        sqlite_where=text("settling_ns IS NOT NULL"),
        postgresql_where=text("settling_ns IS NOT NULL"),
    ),
    sqlite_with_rowid=False,
    comment="A row per change of a run; kept for minutes.",
)
