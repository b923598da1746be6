"""Cached results in PostgreSQL: a hit is one prepared statement, and no call waits longer than its budget.

The exact bytes are in `output_bytes`; JSONB, the readable form, does not hold
every text (no NUL, no lone surrogate) nor every number. What it does not hold
stands there as a JSON text of itself.

Results are written without waiting for the disk: one that is lost is a miss.
Invalidations do wait: see `cache_ledger`.

Upstream: `cache_backend`. Downstream: `postgres_lines`, the database.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Engine

from longpole.domain.cache import NewEntry, StoredEntry
from longpole.domain.scopes import Scope
from longpole.domain.units import NS_PER_SECOND
from longpole.store import cache_rows
from longpole.store.cache_heads import unpacked
from longpole.store.postgres_lines import Lines, RefusedError, encoded, wire

_VALUES = [
    "id",
    "scope_key",
    "cache_key",
    "head",
    "node_type",
    "node_id",
    "node_class",
    "created_ns",
    "expires_ns",
    "stale_until_ns",
    "elapsed_ns",
    "cost_usd",
    "size_bytes",
    "worth",
    "tags",
    "parts",
    "body_in",
    "output_data",
    "output_bytes",
]
_SCOPE_VALUES = ["scope_key", "app_id", "workflow_id"]
_NOW = "(CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS bigint) * 1000)"


def _marks(names: Sequence[str]) -> Any:
    return lambda name: cache_rows.typed(name, f"${names.index(name) + 1}")


# The use's row is locked first, here as by everybody, so that no two wait for each other.
_PUT = f"""
WITH lease AS ({cache_rows.with_marks(cache_rows.DROP_LEASE, _marks(_VALUES))}),
     use AS ({cache_rows.with_marks(cache_rows.NEW_USE, _marks(_VALUES))} RETURNING id)
{cache_rows.with_marks(cache_rows.NEW_RESULT_OF_USE, _marks(_VALUES))}
"""
_STATEMENTS = {
    "get": "SELECT output_bytes, head FROM cache_results WHERE id = $1 AND cache_key = $2 AND body_in = 1",
    "put": _PUT,
    "scope": cache_rows.with_marks(cache_rows.NEW_SCOPE, _marks(_SCOPE_VALUES)),
    "lease": f"""
INSERT INTO cache_leases AS now (id, token, expires_ns) VALUES ($1, $2, {_NOW} + $3)
ON CONFLICT (id) DO UPDATE SET token = excluded.token, expires_ns = excluded.expires_ns
 WHERE now.token = excluded.token OR now.expires_ns <= {_NOW}
RETURNING id
""",  # noqa: S608 - no value in it
    "release": "DELETE FROM cache_leases WHERE id = $1 AND token = $2",
}


class PostgresBackend:
    """Keeps results beside everything else; satisfies `caching.backend.CacheBackend`.

    Args:
        engine: The database, migrated.
        budget_s: How long a reader or a lease may take.
        write_wait_s: How long writing a result may.
    """

    name = "database"
    keeps_rows = True

    def __init__(self, engine: Engine, budget_s: float, write_wait_s: float) -> None:
        self._budget_s, self._write_wait_s = budget_s, write_wait_s
        # The server gives up what nobody waits for any more.
        settings = {"synchronous_commit": "off", "statement_timeout": f"{round(write_wait_s * 1000)}ms"}
        self._lines = Lines(engine, _STATEMENTS, settings)
        self._known_scopes: set[Scope] = set()

    def get(self, scope: Scope, key: str, epoch: int) -> StoredEntry | None:  # noqa: ARG002 - rows that are void are gone
        """What is kept under a key, fresh or not; None: nothing."""
        scope_key = cache_rows.scope_key(scope)
        values = (b"%d" % cache_rows.entry_id(scope_key, key), encoded(key))
        for body, head in self._lines.ask("get", values, None, self._budget_s):
            if body is not None and head is not None:
                return unpacked(body, head)
        return None

    def put(self, scope: Scope, key: str, epoch: int, entry: NewEntry) -> None:  # noqa: ARG002 - as above
        """Keep a result, in place of an earlier one, and end its lease."""
        scope_key = cache_rows.scope_key(scope)
        if scope not in self._known_scopes:
            self._ask("scope", [scope_key, *scope], self._write_wait_s)
            self._known_scopes.add(scope)
        values = cache_rows.row_values(scope_key, key, entry, cache_rows.IN_BYTES)
        try:
            self._ask("put", [values[name] for name in _VALUES], self._write_wait_s)
        except RefusedError as error:
            if error.state not in cache_rows.NOT_IN_JSONB or entry.readable is None:
                raise
            values["output_data"] = cache_rows.as_json_text(entry.readable)
            self._ask("put", [values[name] for name in _VALUES], self._write_wait_s)

    def drop(self, keys: Sequence[tuple[Scope, str]], epochs: Mapping[Scope, int]) -> None:
        """Nothing: who removed the rows removed the bytes, and what was put since is not meant."""

    def lease(self, scope: Scope, key: str, token: str, seconds: float) -> bool:
        """Become the one who makes a result, or stay it: whether `token` holds the lease now, for so long."""
        entry_id = cache_rows.entry_id(cache_rows.scope_key(scope), key)
        return bool(self._ask("lease", [entry_id, token, round(seconds * NS_PER_SECOND)], self._budget_s))

    def release(self, scope: Scope, key: str, token: str) -> None:
        """Let others make it, if `token` still holds the lease."""
        entry_id = cache_rows.entry_id(cache_rows.scope_key(scope), key)
        self._ask("release", [entry_id, token], self._write_wait_s)

    def close(self) -> None:
        """Close all connections; what comes later fails."""
        self._lines.close()

    def _ask(self, name: str, values: Sequence[Any], budget_s: float) -> list[Sequence[bytes | None]]:
        sent = [wire(value) for value in values]
        return self._lines.ask(name, [value for value, _ in sent], [form for _, form in sent], budget_s)
