"""What processes that share a cache tell each other: who makes a result, and what is not valid any more."""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Table, Text

from longpole.store.tables.metadata import metadata

cache_leases = Table(
    "cache_leases",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False, comment="of the result: see cache_results"),
    Column("token", Text, nullable=False, comment="who makes it"),
    Column("expires_ns", BigInteger, nullable=False, comment="after it anybody may make it"),
    comment="A row per result that is being made.",
)

cache_generations = Table(
    "cache_generations",
    metadata,
    Column("slot", Integer, primary_key=True, autoincrement=False, comment="of 1,024: the scope key, modulo"),
    Column("generation", BigInteger, nullable=False, comment="grows with every invalidation"),
    comment="A row per slot in which anything was ever invalidated: what was remembered before is void.",
)

cache_secrets = Table(
    "cache_secrets",
    metadata,
    Column("name", Text, primary_key=True),
    Column("secret", LargeBinary, nullable=False),
    comment="What credentials are hashed with before they become part of a key; made once.",
)
