"""Cached results of nodes; a row stands here whichever tier holds the bytes."""

from sqlalchemy import BigInteger, Column, Double, Index, LargeBinary, Table, Text

from longpole.store.tables.metadata import at_least, metadata
from longpole.store.types import Json, Money, UtcDateTime

cache_entries = Table(
    "workflow_cache_entries",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False, comment="time-ordered: see store.keys"),
    Column("app_id", Text, nullable=False),
    Column("workflow_id", Text, nullable=False),
    Column("cache_key", Text, nullable=False),
    Column("node_type", Text, nullable=False),
    Column("node_id", Text),
    Column("output_data", Json, comment="the readable form"),
    Column("output_bytes", LargeBinary, comment="the exact bytes that are served, where this tier holds them"),
    Column("size_bytes", BigInteger, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("hit_count", BigInteger, nullable=False),
    Column("original_execution_time", Double, nullable=False, comment="seconds"),
    Column("total_time_saved", Double, nullable=False, comment="seconds"),
    Column("original_cost", Money),
    Column("total_cost_saved", Money),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Index(None, "app_id", "workflow_id", "cache_key", unique=True),
    Index(None, "expires_at"),
    *at_least(0, "size_bytes", "hit_count", "original_execution_time", "total_time_saved"),
    *at_least(0, "original_cost", "total_cost_saved"),
    comment="A row per cached result.",
)
