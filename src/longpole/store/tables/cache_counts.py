"""What the node cache did, by the hour: it outlives the entries, and covers those that never came to be."""

from sqlalchemy import BigInteger, Column, Index, Table, Text

from longpole.store.tables.metadata import metadata
from longpole.store.types import Money


def _kept_under() -> list[Column[int] | Column[str]]:
    return [
        Column("app_id", Text, primary_key=True),
        Column("workflow_id", Text, primary_key=True),
        Column("hour_start", BigInteger, primary_key=True, autoincrement=False, comment="seconds since the epoch"),
        Column("node_type", Text, primary_key=True, comment="empty: unknown"),
        Column("node_id", Text, primary_key=True, comment="empty: unknown"),
    ]


def _count(name: str, comment: str | None = None) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default="0", comment=comment)


cache_statistics = Table(
    "cache_statistics",
    metadata,
    *_kept_under(),
    Column("node_class", Text, primary_key=True, comment="empty: unknown"),
    _count("hits"),
    _count("misses"),
    _count("coalesced", "waits for somebody else's producer; no hits"),
    _count("stale", "served after they had expired, as options allow"),
    _count("stores"),
    _count("evictions"),
    _count("errors"),
    _count("bytes_stored"),
    _count("saved_ns"),
    Column("saved_usd", Money, nullable=False, server_default="0"),
    _count("last_hit_ns", "0: never"),
    _count("would_hit", "shadow mode: what would have been a hit"),
    _count("would_miss", "shadow mode: what would have been a miss"),
    _count("matched", "shadow mode: gave the same output again"),
    _count("mismatched", "shadow mode: gave another output"),
    _count("would_save_ns"),
    Column("would_save_usd", Money, nullable=False, server_default="0"),
    Index(None, "hour_start"),
    sqlite_with_rowid=False,
    comment="A row per node and hour.",
)

cache_bypasses = Table(
    "cache_bypasses",
    metadata,
    *_kept_under(),
    Column("node_class", Text, primary_key=True, comment="empty: unknown"),
    Column("reason", Text, primary_key=True),
    _count("bypassed"),
    Index(None, "hour_start"),
    sqlite_with_rowid=False,
    comment="A row per node, hour and reason why a result was not asked for or not kept.",
)
