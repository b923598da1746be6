"""The cache's backend where nothing else is set: the database that everything else is in.

Upstream: `runtime`, by the shape of `caching.backend.CacheBackend`. Downstream: `cache_sqlite`, `cache_postgres`.
"""

from typing import TYPE_CHECKING, TypeAlias

from sqlalchemy import Engine

from longpole.store.cache_sqlite import SqliteBackend

if TYPE_CHECKING:
    from longpole.store.cache_postgres import PostgresBackend

DatabaseBackend: TypeAlias = "SqliteBackend | PostgresBackend"

BUDGET_S = 0.05
WRITE_WAIT_S = 0.3


def database_backend(
    engine: Engine, budget_s: float = BUDGET_S, write_wait_s: float = WRITE_WAIT_S
) -> "DatabaseBackend":
    """Results in the database of `engine`, which is migrated.

    Args:
        engine: The database.
        budget_s: How long a reader, or who asks for a lease, waits for it.
        write_wait_s: How long who keeps a result does.
    """
    if engine.dialect.name == "postgresql":
        from longpole.store.cache_postgres import PostgresBackend  # noqa: PLC0415 - its driver is an extra

        return PostgresBackend(engine, budget_s, write_wait_s)
    return SqliteBackend(engine, budget_s, write_wait_s)
