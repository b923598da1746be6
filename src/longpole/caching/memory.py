"""The nearest tier: bytes in this process, given up by value, void as soon as anything of their scope is invalidated.

Bytes, not objects: each hit decodes its own, so that whoever gets one may do
with it what he likes.

Invariant: what `get` gives was in the shared tier after the last invalidation
of its scope that had happened when it was put; no more than `max_bytes` are kept.

Upstream: `cache`. Downstream: `eviction`. Source: the design's caching sheet, "Tiers".
"""

import threading

from longpole.caching.backend import ScopedKey
from longpole.caching.eviction import Valued, ValueOrder, worth
from longpole.domain.cache import StoredEntry

_ENTRY_BYTES = 600
"""What an entry takes beside its bytes: the key, and what is known of it."""


class Remembered(Valued):
    """An entry in memory, and the generation of its scope when it was read."""

    __slots__ = ("generation", "stored")

    def __init__(self, stored: StoredEntry, generation: int) -> None:
        super().__init__(worth(stored.elapsed_ns, stored.cost_usd), len(stored.body) + _ENTRY_BYTES)
        self.stored = stored
        self.generation = generation


class MemoryTier:
    """Entries of all scopes up to `max_bytes`. Safe to use from any thread."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self._bytes = 0
        self._entries: dict[ScopedKey, Remembered] = {}
        self._order: ValueOrder[ScopedKey] = ValueOrder(max_bytes)
        self._lock = threading.Lock()

    @property
    def size_bytes(self) -> int:
        """What is kept now."""
        return self._bytes

    def get(self, key: ScopedKey, generation: int) -> StoredEntry | None:
        """What is remembered, if nothing of its scope was invalidated since; one look-up, no lock."""
        found = self._entries.get(key)
        if found is None:
            return None
        if found.generation != generation:
            self.forget(key)
            return None
        self._order.use(key, found)
        return found.stored

    def put(self, key: ScopedKey, stored: StoredEntry, generation: int) -> None:
        """Remember an entry that was in the shared tier when its scope had this generation."""
        if len(stored.body) >= self.max_bytes:
            return
        entry = Remembered(stored, generation)
        if entry.size_bytes > self.max_bytes:
            return
        with self._lock:
            self._drop(key)
            self._entries[key] = entry
            self._order.add(key, entry)
            self._bytes += entry.size_bytes
            while self._bytes > self.max_bytes and (least := self._order.take_least()):
                given_up = self._entries.pop(least[0])
                self._bytes -= given_up.size_bytes

    def forget(self, key: ScopedKey) -> None:
        """Not this one any more."""
        with self._lock:
            self._drop(key)

    def clear(self) -> None:
        """Nothing any more."""
        with self._lock:
            for key in list(self._entries):
                self._drop(key)

    def _drop(self, key: ScopedKey) -> None:
        known = self._entries.pop(key, None)
        if known is not None:
            self._order.discard(key)
            self._bytes -= known.size_bytes
