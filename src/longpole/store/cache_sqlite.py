"""Cached results in a SQLite file: a hit is one statement on a connection of the thread's own, past everything else.

    get      no transaction, no turn: one SELECT by primary key
    put      a turn to write, then one transaction: what it is worth, the result, and its lease's end
    lease    a turn to write, then one statement

Each thread has a connection, which is closed when the thread ends, by `close`,
or never in a forked child, which opens its own.

Upstream: `cache_backend`. Downstream: `turns`, the database. Source: measured in the design's caching sheet: 4.5 µs
of a hit are SQLite's; SQLAlchemy's connection would cost 60.
"""

import os
import sqlite3
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any
from weakref import WeakSet

from sqlalchemy import Engine

from longpole.domain.cache import NewEntry, StoredEntry
from longpole.domain.errors import StorageUnavailableError
from longpole.domain.scopes import Scope
from longpole.domain.units import NS_PER_SECOND, PICO_PER_USD
from longpole.store import cache_rows
from longpole.store.cache_heads import unpacked
from longpole.store.cache_rows import entry_id
from longpole.store.forks import forget_in_child, keep_log_of, leave_alone
from longpole.store.turns import turns_of

_GET = """
SELECT CASE body_in WHEN 2 THEN CAST('j' || output_data AS BLOB) WHEN 1 THEN output_bytes END AS b, head AS h
  FROM cache_results WHERE id = ? AND cache_key = ?
"""
_LEASE = """
INSERT INTO cache_leases (id, token, expires_ns) VALUES (?1, ?2, ?3)
ON CONFLICT (id) DO UPDATE SET token = excluded.token, expires_ns = excluded.expires_ns
 WHERE token = excluded.token OR expires_ns <= ?4
RETURNING 1
"""
_RELEASE = "DELETE FROM cache_leases WHERE id = ? AND token = ?"
_NEW_SCOPE, _NEW_USE, _NEW_RESULT, _DROP_LEASE = (
    cache_rows.with_marks(statement, cache_rows.sqlite_mark)
    for statement in (cache_rows.NEW_SCOPE, cache_rows.NEW_USE, cache_rows.NEW_RESULT, cache_rows.DROP_LEASE)
)
_CACHE_KIB = 16 * 1024
_MOST_SCOPES = 10_000


class SqliteBackend:
    """Keeps results beside everything else; satisfies `caching.backend.CacheBackend`.

    Args:
        engine: The database, migrated.
        budget_s: How long a reader or a lease may wait for others.
        write_wait_s: How long a result may.
    """

    name = "database"
    keeps_rows = True

    def __init__(self, engine: Engine, budget_s: float, write_wait_s: float) -> None:
        self._arguments: Sequence[Any]
        self._options: Mapping[str, Any]
        self._arguments, self._options = engine.dialect.create_connect_args(engine.url)
        self._budget_s, self._write_wait_s = budget_s, write_wait_s
        self._turns = turns_of(engine)
        self._file = engine.url.database or ""
        self._scope_keys: dict[Scope, int] = {}
        self._known_scopes: set[int] = set()
        self._is_closed = False
        self._begin()
        forget_in_child(self._forget)

    def _begin(self) -> None:
        self._own = threading.local()
        self._lock = threading.Lock()
        self._connections: WeakSet[_Connection] = WeakSet()

    def _forget(self) -> None:
        """In a forked child: the connections are the parent's."""
        leave_alone((self._own, list(self._connections)))
        keep_log_of(self._file)
        self._begin()

    def get(self, scope: Scope, key: str, epoch: int) -> StoredEntry | None:  # noqa: ARG002 - rows that are void are gone
        """What is kept under a key, fresh or not; None: nothing."""
        try:
            own = self._own.connection
            scope_key = self._scope_keys[scope]
        except (AttributeError, KeyError):
            own, scope_key = self._connection(), self._scope_key(scope)
        with own.lock:
            own.execute(_GET, (entry_id(scope_key, key), key))
            row = own.fetchone()
        if row is None or row[0] is None:
            return None  # there is none, or its bytes are in another tier
        return unpacked(*row)

    def put(self, scope: Scope, key: str, epoch: int, entry: NewEntry) -> None:  # noqa: ARG002 - as above
        """Keep a result, in place of an earlier one, and end its lease.

        Raises:
            StorageUnavailableError: If others write for longer than a result may wait.
        """
        scope_key = self._scope_key(scope)
        body_in = cache_rows.IN_READABLE if entry.is_readable_exact else cache_rows.IN_BYTES
        values = cache_rows.row_values(scope_key, key, entry, body_in)
        if values["cost_usd"] is not None:
            values["cost_usd"] = int(values["cost_usd"] * PICO_PER_USD)
        own = self._connection()
        with self._turns.turn(self._write_wait_s), own.lock, _transaction(own.sqlite):
            if scope_key not in self._known_scopes:
                own.execute(_NEW_SCOPE, {"scope_key": scope_key, **scope._asdict()})
            own.execute(_NEW_USE, values)
            own.execute(_NEW_RESULT, values)
            own.execute(_DROP_LEASE, values)
        self._known_scopes.add(scope_key)

    def drop(self, keys: Sequence[tuple[Scope, str]], epochs: Mapping[Scope, int]) -> None:
        """Nothing: who removed the rows removed the bytes, and what was put since is not meant."""

    def lease(self, scope: Scope, key: str, token: str, seconds: float) -> bool:
        """Become the one who makes a result, or stay it: whether `token` holds the lease now, for so long."""
        scope_key = self._scope_key(scope)
        own = self._connection()
        with self._turns.turn(self._budget_s), own.lock:
            now_ns = time.time_ns()
            until_ns = now_ns + round(seconds * NS_PER_SECOND)
            own.execute(_LEASE, (entry_id(scope_key, key), token, until_ns, now_ns))
            return own.fetchone() is not None

    def release(self, scope: Scope, key: str, token: str) -> None:
        """Let others make it, if `token` still holds the lease."""
        scope_key = self._scope_key(scope)
        own = self._connection()
        with self._turns.turn(self._write_wait_s), own.lock:
            own.execute(_RELEASE, (entry_id(scope_key, key), token))

    def close(self) -> None:
        """Close the connections of all threads, each when its statement is done; what comes later fails."""
        with self._lock:
            self._is_closed = True
            open_now = list(self._connections)
        for each in open_now:
            each.close()

    def _scope_key(self, scope: Scope) -> int:
        if len(self._scope_keys) > _MOST_SCOPES:
            self._scope_keys.clear()
        key = self._scope_keys[scope] = cache_rows.scope_key(scope)
        return key

    def _connection(self) -> "_Connection":
        own: _Connection | None = getattr(self._own, "connection", None)
        if own is None:
            with self._lock:
                if self._is_closed:
                    raise StorageUnavailableError("the cache was closed")
                own = self._own.connection = _Connection(self._open())
                self._connections.add(own)
        return own

    def _open(self) -> sqlite3.Connection:
        options = {**self._options, "timeout": self._budget_s, "check_same_thread": False, "isolation_level": None}
        connection: sqlite3.Connection = sqlite3.connect(*self._arguments, **options)
        # A power cut may take the newest results, never half of one; invalidations are flushed to disk elsewhere.
        for pragma in ("synchronous=NORMAL", f"cache_size=-{_CACHE_KIB}", "temp_store=MEMORY"):
            connection.execute(f"PRAGMA {pragma}")
        return connection


class _Connection:
    """A thread's connection; its lock is free but while `close` comes from another thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.sqlite = connection
        self._cursor = connection.cursor()
        self.execute, self.fetchone = self._cursor.execute, self._cursor.fetchone
        self.lock = threading.Lock()
        self._process_id = os.getpid()

    def close(self) -> None:
        with self.lock:
            self.sqlite.close()

    def __del__(self) -> None:
        """When its thread ends, nobody else has it; but a fork ends all other threads, and it is the parent's then."""
        if self._process_id == os.getpid():
            self.sqlite.close()
        else:
            leave_alone((self.sqlite, self._cursor))


class _transaction:  # noqa: N801 - reads as a verb, and a generator would cost two microseconds more
    """A transaction that may write."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, *_details: object) -> None:
        if kind is None:
            self._connection.execute("COMMIT")
        elif self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
