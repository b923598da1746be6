"""Inserts that may find the row there already: one spelling for both databases.

Upstream: `cache_ledger`, `cache_counting`. Downstream: SQLAlchemy's dialects, whose inserts agree in this.
"""

from typing import TypeAlias

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Upsert: TypeAlias = sqlite.Insert | postgresql.Insert


def upsert(connection: Connection, table: Table) -> Upsert:
    """An insert that takes `on_conflict_do_update` and `on_conflict_do_nothing`."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
