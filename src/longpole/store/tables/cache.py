"""Cached results of nodes, behind the view `workflow_cache_entries`; a row is there whichever tier holds the bytes.

    cache_results   what a hit reads, and nothing else: the bytes, and how long they are good
    cache_uses      what each of them is worth: hits, savings, what it can be invalidated by
    cache_scopes    which application and workflow a scope key stands for

Counting hits never rewrites a result, however large it is. A row's id is a
hash of scope and key; the key stands beside it and is compared, so that two
keys of the same hash could take each other's place, never be each other's result.
"""

from sqlalchemy import BigInteger, CheckConstraint, Column, Double, Index, LargeBinary, SmallInteger, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from longpole.store.tables.metadata import POSTGRESQL, SQLITE, at_least, metadata
from longpole.store.types import Money

READABLE = Text().with_variant(JSONB(none_as_null=True), "postgresql")
"""JSON. As text on SQLite: its own JSON columns would turn the text of a number into that number."""

cache_results = Table(
    "cache_results",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False, comment="a hash of scope and key"),
    Column("scope_key", BigInteger, nullable=False),
    Column("cache_key", Text, nullable=False),
    Column("head", LargeBinary, nullable=False, comment="what a hit tells beside the bytes: see store.cache_heads"),
    Column(
        "body_in",
        SmallInteger,
        nullable=False,
        comment="where the exact bytes are: 0: in another tier, 1: output_bytes, 2: output_data, after a byte 'j'",
    ),
    Column("output_data", READABLE, comment="the readable form"),
    Column("output_bytes", LargeBinary, comment="the exact bytes that are served"),
    CheckConstraint("body_in IN (0, 1, 2)", name="body_in"),
    comment="A row per cached result.",
)

cache_uses = Table(
    "cache_uses",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False, comment="of the result"),
    Column("scope_key", BigInteger, nullable=False),
    Column("node_type", Text, nullable=False, comment="empty: unknown"),
    Column("node_id", Text, nullable=False, comment="empty: unknown"),
    Column("node_class", Text, nullable=False, comment="empty: unknown"),
    Column("created_ns", BigInteger, nullable=False, comment="when the result was made"),
    Column("expires_ns", BigInteger, nullable=False, comment="until when it is fresh"),
    Column("stale_until_ns", BigInteger, nullable=False, comment="until when it may be served at all"),
    Column("elapsed_ns", BigInteger, nullable=False, comment="how long its node took"),
    Column("cost_usd", Money, comment="what its node cost"),
    Column("size_bytes", BigInteger, nullable=False, comment="of the exact bytes, in whichever tier"),
    Column("worth", Double, nullable=False, comment="seconds that a hit saves, by byte; a dollar weighs as seconds do"),
    Column("priority", Double, nullable=False, comment="what is lowest is evicted first"),
    Column("hit_count", BigInteger, nullable=False),
    Column("saved_ns", BigInteger, nullable=False, comment="what hits have saved"),
    Column("saved_usd", Money, nullable=False, comment="what hits have saved, where it is known"),
    Column("last_hit_ns", BigInteger),
    Column("tags", READABLE, nullable=False, comment="array of text: what it can be invalidated by"),
    Column("parts", Text, nullable=False, comment="JSON: what went into the key, fit to be shown"),
    Index(None, "scope_key", "stale_until_ns", info=POSTGRESQL),
    Index(
        "ix_cache_uses_held",
        *("scope_key", "stale_until_ns", "node_type", "node_id", "node_class", "size_bytes", "created_ns"),
        info=SQLITE,
    ),
    Index("ix_cache_uses_tagged", "scope_key", sqlite_where=text("tags <> '[]'"), info=SQLITE),
    Index(None, "priority", "size_bytes"),
    *at_least(0, "elapsed_ns", "cost_usd", "size_bytes", "worth", "hit_count", "saved_ns", "saved_usd"),
    comment="A row per cached result: what it is worth.",
)

cache_scopes = Table(
    "cache_scopes",
    metadata,
    Column("scope_key", BigInteger, primary_key=True, autoincrement=False, comment="a hash of the two"),
    Column("app_id", Text, nullable=False),
    Column("workflow_id", Text, nullable=False),
    Column(
        "epoch",
        BigInteger,
        nullable=False,
        server_default="0",
        comment="grows when an invalidation could not be carried out where the bytes are",
    ),
    Index(None, "app_id"),
    *at_least(0, "epoch"),
    comment="A row per workflow that ever had a cached result.",
)

cache_facts = Table(
    "cache_facts",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Double, nullable=False),
    comment="Numbers that the cache remembers: `clock`, the priority of what was evicted last.",
)
