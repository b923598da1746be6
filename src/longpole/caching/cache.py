"""Results by key: memory first, then what is shared, then nothing. Whatever fails is a miss.

    find ─► memory ─► shared tier ─► None            put ─► shared tier, memory
    invalidate ─► rows, and every process's memory of their scopes ─► bytes, wherever they are

Invariants: what is found was put under the same key in the same scope, whole,
and was not invalidated before the question; nothing here raises into a
workflow except what says that an invalidation did not happen.

Upstream: `runtime`, `dance`, `services.cache`. Downstream: `memory`, `backend`, `counts`.
Source: the design's caching sheet, "Tiers" and "Invalidation".
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from longpole.caching import codec
from longpole.caching.backend import CacheBackend, CacheLedger, Generations, ScopedKey
from longpole.caching.counts import CountBook
from longpole.caching.flights import Flights, Renewals
from longpole.caching.guard import Guard
from longpole.caching.held import HeldLeases
from longpole.caching.memory import MemoryTier
from longpole.caching.null_backend import NullBackend
from longpole.caching.request import Request
from longpole.domain.cache import Counted, Criteria, NewEntry, StoredEntry
from longpole.domain.scopes import Scope


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bytes in memory, bytes of one entry, and how long a producer may be silent before another one replaces it."""

    memory_bytes: int = 64 << 20
    entry_bytes: int = 8 << 20
    lease_s: float = 10.0


class Kept(NamedTuple):
    """What became of a result: its bytes (None where it cannot be told in bytes), whether they are kept, why not."""

    body: bytes | None
    is_stored: bool
    reason: str | None = None


class ResultCache:
    """The cache of one process, on one database and one backend. Safe to use from any thread."""

    def __init__(
        self,
        backend: CacheBackend,
        ledger: CacheLedger,
        generations: Generations,
        clock: Callable[[], int],
        bounds: Bounds | None = None,
    ) -> None:
        self.backend, self.ledger, self.generations = backend, ledger, generations
        self.clock, self.bounds = clock, bounds or Bounds()
        self.counts = CountBook(ledger.add_counts, clock)
        self.flights = Flights()
        self.renewals = Renewals(self.bounds.lease_s / 3)
        self.held = HeldLeases()
        self.memory = MemoryTier(0 if backend.name == NullBackend.name else self.bounds.memory_bytes)
        self._is_with_rows = backend.keeps_rows
        self._rows = Guard("rows", self._count_error)
        self._reads, self._writes, self.leases = _guards(backend, self._count_error)

    def find(self, scope: Scope, key: str) -> StoredEntry | None:
        """What is kept under a key and may still be served, be it stale."""
        if not self.memory.max_bytes:
            found = self._read(scope, key)
            return None if found is None or self.clock() >= found.stale_until_ns else found
        scoped = (scope, key)
        generation = self.generations.of(scope)
        found = self.memory.get(scoped, generation)
        if found is None:
            found = self._read(scope, key)
            if found is None:
                return None
            self.memory.put(scoped, found, generation)
        if self.clock() >= found.stale_until_ns:
            self.memory.forget(scoped)
            return None
        return found

    def _read(self, scope: Scope, key: str) -> StoredEntry | None:
        """As `Guard.call`, without its call: this is a tenth of what a hit takes."""
        reads = self._reads
        if reads.rests_until and reads.is_resting:
            return None
        try:
            epoch = 0 if self._is_with_rows else self.generations.epoch(scope)  # what is void is gone with its row
            return self.backend.get(scope, key, epoch)
        except Exception as error:  # noqa: BLE001 - whatever it is, the workflow goes on
            reads.note(scope, error)
            return None

    def get(self, scope: Scope, key: str, default: Any) -> Any:
        """The fresh result under a key, counted as a hit; else `default`, which the caller counts."""
        found = self.find(scope, key)
        now_ns = self.clock()
        if found is None or now_ns >= found.expires_ns:
            return default
        try:
            value = codec.decode(found.body)
        except codec.CorruptEntryError:
            self.forget_damaged(scope, key)
            return default
        self.counts.hit((scope, key), found, now_ns)
        return value

    def remembers(self, scope: Scope, key: str) -> bool:
        """Whether the answer to a question is in memory, and waits for nobody."""
        return self.memory.get((scope, key), self.generations.of(scope)) is not None

    def keep(self, request: Request, output: Any, elapsed_ns: int, generation: int | None = None) -> Kept:
        """Keep a result.

        Args:
            request: What it is a result of.
            output: The result.
            elapsed_ns: How long its node took.
            generation: That of its scope when the node began: if something was invalidated since, it is not kept.
        """
        try:
            encoded = codec.encode(output)
        except codec.NotStorableError:
            self.counts.bypass(request.counted, "output_type")
            return Kept(None, is_stored=False, reason="output_type")
        if reason := self._objection(request, len(encoded.body), elapsed_ns, generation):
            self.counts.bypass(request.counted, reason)
            return Kept(encoded.body, is_stored=False, reason=reason)
        stored = self._stored(request, encoded.body, elapsed_ns, request.cost_usd(output))
        entry = NewEntry(
            stored, encoded.readable, encoded.is_readable_exact, request.tags, request.parts(), created_ns=self.clock()
        )
        is_stored = self._put(request, entry)
        return Kept(encoded.body, is_stored, None if is_stored else "backend")

    def _objection(self, request: Request, size_bytes: int, elapsed_ns: int, generation: int | None) -> str | None:
        if request.ttl_ns <= 0:
            return "no_ttl"
        if request.min_elapsed_ns and elapsed_ns <= request.min_elapsed_ns:
            return "too_quick"
        if size_bytes > self.bounds.entry_bytes:
            return "too_large"
        if generation is not None and generation != self.generations.of(request.scope):
            return "invalidated_meanwhile"
        return None

    def _stored(self, request: Request, body: bytes, elapsed_ns: int, cost_usd: Decimal | None) -> StoredEntry:
        expires_ns = self.clock() + request.ttl_ns
        longer_ns = max(request.revalidate_ns, request.if_error_ns)
        _, node_type, node_id, node_class = request.counted
        return StoredEntry(
            body, expires_ns, expires_ns + longer_ns, elapsed_ns, cost_usd, node_type, node_id, node_class
        )

    def _put(self, request: Request, entry: NewEntry) -> bool:
        scope, key = request.scope, request.key
        generation = self.generations.of(scope)
        is_stored = self._put_everywhere(scope, key, entry)
        if is_stored and generation != self.generations.of(scope):
            self._rows.call(scope, self._take_back, scope, key, otherwise=None)
            is_stored = False
        if is_stored:
            self.memory.put((scope, key), entry.stored, generation)
            self.counts.add(request.counted, stores=1, bytes_stored=len(entry.stored.body))
        else:
            self.memory.forget((scope, key))
        return is_stored

    def _put_everywhere(self, scope: Scope, key: str, entry: NewEntry) -> bool:
        """The row first: bytes that have none could not be invalidated."""
        if self.backend.name == NullBackend.name:
            return False
        if not self.backend.keeps_rows and (
            self._writes.is_resting
            or not self._rows.call(scope, _done, self.ledger.put_row, scope, key, entry, otherwise=False)
        ):
            return False
        epoch = self.generations.epoch(scope)
        if epoch < 0 and not self.backend.keeps_rows:
            return False  # nobody would find it
        return self._writes.call(scope, _done, self.backend.put, scope, key, epoch, entry, otherwise=False)

    def _take_back(self, scope: Scope, key: str) -> None:
        """Something was invalidated while this was put, which may have come too late to be found then."""
        self.ledger.take_back(scope, key)
        self.forget([(scope, key)])

    def remove(self, criteria: Criteria) -> int:
        """Invalidate entries; how many.

        Raises:
            StorageUnavailableError: Nothing was invalidated.
        """
        removed = self.ledger.remove(criteria, self._drop)
        for key in removed:
            self.memory.forget(key)
        return len(removed)

    def expire(self, scope: tuple[str, str | None] | None = None) -> int:
        """Remove entries that may not be served any more, of a scope or of all; how many."""
        return self.forget(self.ledger.expire(self.clock(), scope))

    def evict(self, max_bytes: int) -> int:
        """Give up the entries that save least until no more than `max_bytes` are kept; how many."""
        return self.forget(self.ledger.evict(max_bytes))

    def forget(self, removed: Sequence[ScopedKey]) -> int:
        """Take the bytes of entries away whose rows were removed; how many."""
        for key in removed:
            self.memory.forget(key)
        if removed and not self._drop(removed):
            self.ledger.bump_epoch(sorted({scope for scope, _ in removed}))
        return len(removed)

    def _drop(self, removed: Sequence[ScopedKey]) -> bool:
        """Take the bytes of entries away; whether that was possible."""
        epochs = {scope: self.generations.epoch(scope) for scope, _ in removed}
        try:
            if self.backend.keeps_rows or min(epochs.values()) >= 0:
                self.backend.drop(removed, epochs)
                return True
        except Exception:  # noqa: BLE001 - what cannot be reached is made unreachable
            self._count_error(removed[0][0])
        return False

    def forget_damaged(self, scope: Scope, key: str) -> None:
        """Bytes that are not what was written are an error and a miss; the next result takes their place."""
        self._count_error(scope)
        self.memory.forget((scope, key))
        self._writes.call(scope, self.remove, Criteria(scope.app_id, scope.workflow_id, cache_key=key), otherwise=0)

    def _count_error(self, scope: Scope) -> None:
        self.counts.add(Counted(scope), errors=1)

    def close(self) -> None:
        """Write what was counted, and give back connections."""
        self.counts.close()
        self.generations.close()
        self.backend.close()


def _guards(backend: CacheBackend, failed: Callable[[Scope], None]) -> Sequence[Guard]:
    """Who looks after reads, writes and leases: where bytes are elsewhere one for all, as what ails one ails all.

    In a database who writes may have to wait for others while who reads has not.
    """
    first = Guard(f"{backend.name} backend", failed)
    if not backend.keeps_rows:
        return first, first, first
    return first, *(Guard(f"{backend.name} backend", failed) for _ in range(2))


def _done(act: Callable[..., None], *arguments: Any) -> bool:
    act(*arguments)
    return True
