"""Where the cache keeps bytes, and what it asks of the database: two protocols that others satisfy by shape.

A backend may fail in any way and at any time: to the cache that is a miss. It
must never give one scope's bytes to another, nor half of what was put.

Upstream: `cache`. Downstream: `store.cache_backend`, `redis_backend`, `null_backend`, other packages' (entry-point
group `longpole.cache_backends`).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from longpole.domain.cache import Counted, Counts, Criteria, EntryHits, NewEntry, StoredEntry
from longpole.domain.scopes import Scope

ScopedKey = tuple[Scope, str]


class CacheBackend(Protocol):
    """Keeps results for many processes. All calls may come from any thread."""

    name: str
    keeps_rows: bool
    """Whether `put` writes the row that stands in SQL as well; else the ledger writes it."""

    def get(self, scope: Scope, key: str, epoch: int) -> StoredEntry | None:
        """What is kept under a key, fresh or not; None: nothing."""

    def put(self, scope: Scope, key: str, epoch: int, entry: NewEntry) -> None:
        """Keep a result, in place of an earlier one."""

    def drop(self, keys: Sequence[ScopedKey], epochs: Mapping[Scope, int]) -> None:
        """Forget these results."""

    def lease(self, scope: Scope, key: str, token: str, seconds: float) -> bool:
        """Become the one who makes a result, or stay it: whether `token` holds the lease now, for so long."""

    def release(self, scope: Scope, key: str, token: str) -> None:
        """Let others make it, if `token` still holds the lease."""

    def close(self) -> None:
        """Give back connections."""


class CacheLedger(Protocol):
    """What the database knows of entries, whichever backend holds the bytes."""

    def put_row(self, scope: Scope, key: str, entry: NewEntry) -> None:
        """A row without bytes, in place of an earlier one."""

    def remove(
        self, criteria: Criteria, drop: Callable[[Sequence[ScopedKey]], bool] | None = None
    ) -> Sequence[ScopedKey]:
        """Take entries out, and make every process's memory of their scopes void; which they were.

        `drop` is called before that is in force, and says whether their bytes are gone wherever they were; if not,
        what a backend holds of their scopes is made unreachable.
        """

    def take_back(self, scope: Scope, key: str) -> None:
        """Take out what was just put, as it was made of what is invalid since."""

    def expire(self, now_ns: int, scope: tuple[str, str | None] | None) -> Sequence[ScopedKey]:
        """Take out what may not be served any more, even stale: of a scope, or of all."""

    def evict(self, max_bytes: int) -> Sequence[ScopedKey]:
        """Take out what is worth least until no more than `max_bytes` are kept."""

    def add_counts(self, counts: Mapping[Counted, Counts], hits: Mapping[ScopedKey, EntryHits], at_ns: int) -> None:
        """Add what happened in the hour of an instant; one transaction."""

    def bump_epoch(self, scopes: Sequence[Scope]) -> None:
        """Make everything that a backend holds of these scopes unreachable."""

    def secret(self) -> bytes:
        """What credentials are hashed with; the same for everybody on this database."""


class Generations(Protocol):
    """Which of what is remembered is still valid: numbers that grow with every invalidation, by scope."""

    def of(self, scope: Scope) -> int:
        """The generation of a scope. Costs no query."""

    def epoch(self, scope: Scope) -> int:
        """The epoch of a scope. Costs no query."""

    def close(self) -> None:
        """Stop watching."""
