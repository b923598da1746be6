"""Bytes in Redis or Valkey, where many machines share them; rows and counts stay in the database.

    lp:{<scope>}:<key>:<epoch>     the body, and what is known of it; expires by itself
    lp:{<scope>}:<key>:lease       the lease: the token of whoever makes it, with a deadline

The braces keep a scope in one slot of a cluster. The epoch is the database's:
an invalidation that could not be carried out here raises it, and what was kept
before cannot be found any more, whenever this Redis is back.

Invariant: an entry is written in one command with its lifetime: it is there
whole or not at all.

Upstream: `backends`. Downstream: `redis_urls`. Source: redis.io, "Distributed locks" (one instance: SET NX PX and
compare-and-delete; that two producers run once in a while is a cost, not a fault).
"""

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from longpole.caching.backend import ScopedKey
from longpole.caching.redis_urls import client_maker
from longpole.domain.cache import NewEntry, StoredEntry
from longpole.domain.scopes import Scope

_Kept = tuple[bytes, int, int, int, str | None, str, str, str]
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Kept).decode
_DROPPED_AT_ONCE = 1_000

_TAKE = """
local holder = redis.call('GET', KEYS[1])
if holder == false or holder == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return 1
end
return 0
"""
_GIVE_BACK = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""


class _Connected(NamedTuple):
    client: Any
    take: Callable[..., Any]
    give_back: Callable[..., Any]


class RedisBackend:
    """A backend on one Redis, a master behind Sentinel, or a cluster."""

    name = "redis"
    keeps_rows = False

    def __init__(self, url: str, timeout_s: float) -> None:
        self._make = client_maker(url, timeout_s)
        self._lock = threading.Lock()
        self._connected: _Connected | None = None

    def _here(self) -> "_Connected":
        """The client; made when it is first needed, as a cluster that is away makes none."""
        if self._connected is None:
            with self._lock:
                if self._connected is None:
                    client = self._make()
                    scripts = map(client.register_script, (_TAKE, _GIVE_BACK))
                    self._connected = _Connected(client, *scripts)
        return self._connected

    def get(self, scope: Scope, key: str, epoch: int) -> StoredEntry | None:
        """What is kept; one round trip."""
        packed = self._here().client.get(_name(scope, key, epoch))
        if packed is None:
            return None
        body, expires_ns, stale_until_ns, elapsed_ns, cost, *names = _decode(packed)
        return StoredEntry(
            body, expires_ns, stale_until_ns, elapsed_ns, None if cost is None else Decimal(cost), *names
        )

    def put(self, scope: Scope, key: str, epoch: int, entry: NewEntry) -> None:
        """Keep it for as long as it may be served, and end its lease; one round trip."""
        stored = entry.stored
        left_ms = max(1, (stored.stale_until_ns - entry.created_ns) // 1_000_000)
        cost = None if stored.cost_usd is None else str(stored.cost_usd)
        name = _name(scope, key, epoch)
        with self._here().client.pipeline(transaction=False) as pipe:
            pipe.set(name, _encode((*stored[:4], cost, *stored[5:])), px=left_ms)
            pipe.delete(_lease_name(scope, key))
            pipe.execute()

    def drop(self, keys: Sequence[ScopedKey], epochs: Mapping[Scope, int]) -> None:
        """Forget them, some thousand a round trip."""
        of_scope: dict[Scope, list[str]] = {}
        for scope, key in keys:
            of_scope.setdefault(scope, []).append(_name(scope, key, epochs[scope]))
        for names in of_scope.values():
            for begin in range(0, len(names), _DROPPED_AT_ONCE):
                self._here().client.unlink(*names[begin : begin + _DROPPED_AT_ONCE])

    def lease(self, scope: Scope, key: str, token: str, seconds: float) -> bool:
        """Take the lease, or prolong it."""
        return bool(self._here().take(keys=[_lease_name(scope, key)], args=[token, round(seconds * 1_000)]))

    def release(self, scope: Scope, key: str, token: str) -> None:
        """Give it back, if it is still ours."""
        self._here().give_back(keys=[_lease_name(scope, key)], args=[token])

    def close(self) -> None:
        """Close its connections."""
        if self._connected is not None:
            self._connected.client.close()


def _name(scope: Scope, key: str, epoch: int) -> str:
    return f"lp:{{{_scope_name(scope)}}}:{key}:{epoch}"


def _lease_name(scope: Scope, key: str) -> str:
    return f"lp:{{{_scope_name(scope)}}}:{key}:lease"


@lru_cache(maxsize=4_096)
def _scope_name(scope: Scope) -> str:
    digest = hashlib.blake2b(digest_size=12)
    for part in scope:
        encoded = part.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(4, "big") + encoded)
    return digest.hexdigest()
