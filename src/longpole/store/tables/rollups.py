"""What runs and nodes come to in 5 minutes, an hour, a day: computed from the raw rows, never counted up.

    raw ─► 5-minute cells ─► hour cells ─► day cells ─► trends
        ▲  (48 hours)     ▲             ▲            ▲
        0                 1             2            3        tiers of marks: what is behind what

A cell holds exact sums and, per metric, a packed `analysis.sketch.Sketch`.
Whoever changes a run marks the unit that it was in and the one that it is in;
recomputing a unit from raw makes duplicates, late rows and corrections come
out right. A unit that only got new runs has a mark for each of them, so that
they can be added. Hours and days follow in the same way: a coarser cell may be
behind the finer ones for as long as its mark says so.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
)

from longpole.store.tables.metadata import metadata
from longpole.store.types import Money


def _count(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default="0")


versions = Table(
    "versions",
    metadata,
    Column("version_key", BigInteger, primary_key=True, autoincrement=False),
    Column("workflow_version", Text, nullable=False),
    comment="A row per version of any workflow.",
)

dirty_marks = Table(
    "dirty_marks",
    metadata,
    Column("tier", SmallInteger, primary_key=True, autoincrement=False, comment="0: unit, 1: hour, 2: day, 3: trends"),
    Column("mark_key", BigInteger, primary_key=True, autoincrement=False, comment="time-ordered: see store.keys"),
    Column("workflow_key", BigInteger, primary_key=True, autoincrement=False),
    Column("cell_start", BigInteger, primary_key=True, autoincrement=False, comment="seconds since the epoch"),
    Column("run_key", BigInteger, primary_key=True, autoincrement=False, comment="the run that is new; 0: any change"),
    Index(None, "workflow_key", "cell_start"),
    CheckConstraint("tier IN (0, 1, 2, 3)", name="tier"),
    sqlite_with_rowid=False,
    comment="A row per change that a cell does not show yet; only ever added, and removed by computing it anew.",
)

run_cells = Table(
    "run_cells",
    metadata,
    Column(
        "tier",
        SmallInteger,
        primary_key=True,
        autoincrement=False,
        comment="0: 5 minutes, 1: hour, 2: day, 3: removed runs",
    ),
    Column("workflow_key", BigInteger, primary_key=True, autoincrement=False),
    Column("cell_start", BigInteger, primary_key=True, autoincrement=False, comment="seconds since the epoch"),
    Column("version_key", BigInteger, primary_key=True, autoincrement=False, comment="0: none"),
    _count("run_count"),
    _count("succeeded"),
    _count("failed"),
    _count("partial"),
    _count("node_count"),
    _count("failed_nodes"),
    _count("retries"),
    Column("cost_usd", Money, comment="what is known of it"),
    _count("cost_known_runs"),
    Column("cache_rate_nodes", BigInteger, comment="sum of hit rate, millionths of a percent, times nodes"),
    _count("cache_known_nodes"),
    Column("input_tokens", BigInteger),
    Column("output_tokens", BigInteger),
    Column("cache_read_tokens", BigInteger),
    Column("cache_write_tokens", BigInteger),
    Column("reasoning_tokens", BigInteger),
    Column("total_tokens", BigInteger),
    _count("path_ns"),
    _count("queue_ns"),
    _count("retry_delay_ns"),
    _count("engine_overhead_ns"),
    _count("memory_bytes"),
    _count("memory_known"),
    Column("memory_max_bytes", BigInteger),
    Column("time_sketch", LargeBinary, nullable=False, comment="run time, ns"),
    Column("sketches", LargeBinary, nullable=False, comment="further metrics: a packed map of name to sketch"),
    Index(None, "tier", "cell_start"),
    CheckConstraint("tier IN (0, 1, 2, 3)", name="tier"),
    sqlite_with_rowid=False,
    comment="A row per workflow, version and unit of time.",
)

node_cells = Table(
    "node_cells",
    metadata,
    Column(
        "tier",
        SmallInteger,
        primary_key=True,
        autoincrement=False,
        comment="0: 5 minutes, 1: hour, 2: day, 3: removed runs",
    ),
    Column("workflow_key", BigInteger, primary_key=True, autoincrement=False),
    Column("cell_start", BigInteger, primary_key=True, autoincrement=False, comment="seconds since the epoch"),
    Column("node_key", BigInteger, primary_key=True, autoincrement=False),
    Column("version_key", BigInteger, primary_key=True, autoincrement=False, comment="0: none"),
    Column("model_key", BigInteger, primary_key=True, autoincrement=False, comment="0: the node as a whole"),
    _count("executions"),
    _count("succeeded"),
    _count("failed"),
    _count("retries"),
    _count("cache_hits"),
    _count("cache_known"),
    Column("cost_usd", Money),
    _count("cost_known"),
    Column("input_tokens", BigInteger),
    Column("output_tokens", BigInteger),
    Column("cache_read_tokens", BigInteger),
    Column("cache_write_tokens", BigInteger),
    Column("reasoning_tokens", BigInteger),
    Column("total_tokens", BigInteger),
    _count("self_ns"),
    _count("on_path_runs"),
    _count("critical_ns"),
    _count("input_bytes"),
    _count("input_bytes_known"),
    _count("output_bytes"),
    _count("output_bytes_known"),
    _count("memory_bytes"),
    _count("memory_known"),
    Column("memory_max_bytes", BigInteger),
    Column("time_sketch", LargeBinary, nullable=False, comment="time of executions, ns"),
    Column("critical_sketch", LargeBinary, comment="time on the critical path per run that has it there, ns"),
    Column("sketches", LargeBinary, comment="metrics of users: a packed map of name to sketch; NULL: none"),
    CheckConstraint("tier IN (0, 1, 2, 3)", name="tier"),
    sqlite_with_rowid=False,
    comment="A row per node, version, model and unit of time.",
)
