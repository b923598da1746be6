"""Rows of cached results: under which id, and what is in them; the same for both databases.

    id = hash(key) ⊕ hash(application, workflow)

The hash of a scope is remembered, so an id costs one hash of the key.

Upstream: `cache_sqlite`, `cache_postgres`, `cache_ledger`. Downstream: `tables.cache`.
Source of `worth`: `caching.eviction`, whose measure it has to be.
"""

import json
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from longpole.domain.cache import NewEntry
from longpole.domain.scopes import Scope
from longpole.domain.units import NS_PER_SECOND
from longpole.store import cache_heads
from longpole.store.keys import dimension_key
from longpole.store.values import dollars, instant, text, whole

ELSEWHERE, IN_BYTES, IN_READABLE = 0, 1, 2
"""Where the exact bytes of a row are: `cache_results.body_in`."""
SECONDS_PER_DOLLAR = 600.0
_MIN_BYTES = 64

NEW_USE = """
INSERT INTO cache_uses (id, scope_key, node_type, node_id, node_class, created_ns, expires_ns, stale_until_ns,
                        elapsed_ns, cost_usd, size_bytes, worth, priority, hit_count, saved_ns, saved_usd, tags, parts)
VALUES ({id}, {scope_key}, {node_type}, {node_id}, {node_class}, {created_ns}, {expires_ns}, {stale_until_ns},
        {elapsed_ns}, {cost_usd}, {size_bytes}, {worth},
        {worth} + COALESCE((SELECT value FROM cache_facts WHERE name = 'clock'), 0), 0, 0, 0, {tags}, {parts})
ON CONFLICT (id) DO UPDATE SET
    scope_key = excluded.scope_key, node_type = excluded.node_type, node_id = excluded.node_id,
    node_class = excluded.node_class, created_ns = excluded.created_ns, expires_ns = excluded.expires_ns,
    stale_until_ns = excluded.stale_until_ns, elapsed_ns = excluded.elapsed_ns, cost_usd = excluded.cost_usd,
    size_bytes = excluded.size_bytes, worth = excluded.worth, tags = excluded.tags, parts = excluded.parts,
    priority = excluded.priority + cache_uses.hit_count * excluded.worth
"""
"""What was served under a key before stays counted when its result is replaced."""
_COLUMNS = "id, scope_key, cache_key, head, body_in, output_data, output_bytes"
_VALUES = "{id}, {scope_key}, {cache_key}, {head}, {body_in}, {output_data}, {output_bytes}"
_REPLACE = """
ON CONFLICT (id) DO UPDATE SET
    scope_key = excluded.scope_key, cache_key = excluded.cache_key, head = excluded.head, body_in = excluded.body_in,
    output_data = excluded.output_data, output_bytes = excluded.output_bytes
"""
NEW_RESULT = f"INSERT INTO cache_results ({_COLUMNS}) VALUES ({_VALUES}) {_REPLACE}"  # noqa: S608 - our own names
NEW_RESULT_OF_USE = f"INSERT INTO cache_results ({_COLUMNS}) SELECT {_VALUES} FROM use {_REPLACE}"  # noqa: S608 - the same
"""The same, within a statement that writes `use` first."""
DROP_LEASE = "DELETE FROM cache_leases WHERE id = {id}"
NEW_SCOPE = """
INSERT INTO cache_scopes (scope_key, app_id, workflow_id) VALUES ({scope_key}, {app_id}, {workflow_id})
ON CONFLICT DO NOTHING
"""


_TYPES = {
    "id": "bigint",
    "scope_key": "bigint",
    "created_ns": "bigint",
    "expires_ns": "bigint",
    "stale_until_ns": "bigint",
    "elapsed_ns": "bigint",
    "cost_usd": "numeric",
    "size_bytes": "bigint",
    "worth": "double precision",
    "tags": "jsonb",
    "head": "bytea",
    "body_in": "smallint",
    "output_data": "jsonb",
    "output_bytes": "bytea",
}
NOT_IN_JSONB = frozenset({"22P02", "22P05", "22003", "22021", "22032", "54000", "54001"})
"""PostgreSQL's words for JSON that it does not hold: NUL, a lone surrogate, a number too large, nested too deeply."""


@lru_cache(maxsize=10_000)
def scope_key(scope: Scope) -> int:
    """The key of a scope: a 63-bit hash of the two ids."""
    return dimension_key(scope.app_id, scope.workflow_id)


@lru_cache(maxsize=4_096)
def entry_id(scope_key: int, key: str) -> int:
    """The id of an entry, 63 bits: where id and key are those of an entry, so is the scope."""
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big") >> 1 ^ scope_key


def with_marks(statement: str, mark: Callable[[str], str]) -> str:
    """A statement of this module with a driver's marks for values."""
    return statement.format_map(_Marks(mark))


def typed(name: str, mark: str) -> str:
    """A mark for the value of that name, of the type that PostgreSQL needs to be told."""
    return f"CAST({mark} AS {_TYPES.get(name, 'text')})"


def psycopg_mark(name: str) -> str:
    """As psycopg spells it."""
    return typed(name, f"%({name})s")


def sqlite_mark(name: str) -> str:
    """As SQLite spells it."""
    return f":{name}"


def as_json_text(readable: str) -> str:
    """A JSON form that PostgreSQL holds of one that it does not: the whole of it as a JSON text."""
    return json.dumps(text(readable))


class _Marks(dict[str, str]):
    def __init__(self, mark: Callable[[str], str]) -> None:
        super().__init__()
        self._mark = mark

    def __missing__(self, name: str) -> str:
        return self._mark(name)


def row_values(scope_key: int, key: str, entry: NewEntry, body_in: int) -> dict[str, Any]:
    """What the statements of this module write of an entry, by name; money as `Decimal`."""
    stored = entry.stored
    return {
        "id": entry_id(scope_key, key),
        "scope_key": scope_key,
        "cache_key": key,
        "head": cache_heads.packed(stored),
        "body_in": body_in,
        "output_data": entry.readable,
        "output_bytes": stored.body if body_in == IN_BYTES else None,
        "node_type": text(stored.node_type),
        "node_id": text(stored.node_id),
        "node_class": text(stored.node_class),
        "expires_ns": instant(stored.expires_ns),
        "stale_until_ns": instant(stored.stale_until_ns),
        "elapsed_ns": whole(stored.elapsed_ns) or 0,
        "cost_usd": dollars(stored.cost_usd),
        "created_ns": instant(entry.created_ns),
        "size_bytes": len(stored.body),
        "worth": worth(len(stored.body), stored.elapsed_ns, stored.cost_usd),
        "tags": json.dumps([text(tag) for tag in entry.tags], ensure_ascii=False) if entry.tags else "[]",
        "parts": text(entry.parts),
    }


def worth(size_bytes: int, elapsed_ns: int, cost_usd: Decimal | None) -> float:
    """What a byte of a result is worth: the seconds that a hit saves, dollars counted as such, by size."""
    saved_s = elapsed_ns / NS_PER_SECOND + (0.0 if cost_usd is None else float(cost_usd) * SECONDS_PER_DOLLAR)
    return max(0.0, saved_s) / max(size_bytes, _MIN_BYTES)
