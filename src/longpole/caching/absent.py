"""The cache while there is no database: every question is a miss, and nobody is told that something was invalidated.

Nodes run as if there were no cache; in one process the first still makes a
result for all who wait for it.

Upstream: `runtime`, which looks for the database again a moment later.
"""

from collections.abc import Callable, Mapping, Sequence

from longpole.caching.backend import ScopedKey
from longpole.caching.cache import ResultCache
from longpole.caching.null_backend import NullBackend
from longpole.domain.cache import Counted, Counts, Criteria, EntryHits, NewEntry
from longpole.domain.errors import LongpoleError
from longpole.domain.scopes import Scope


def absent_cache(clock: Callable[[], int], reason: LongpoleError) -> ResultCache:
    """A cache that keeps nothing; what only a database can do raises `reason`."""
    return ResultCache(NullBackend(), _NoLedger(reason), _OneGeneration(), clock)


class _NoLedger:
    """Knows of nothing; forgets counts."""

    def __init__(self, reason: LongpoleError) -> None:
        self._reason = reason

    def put_row(self, scope: Scope, key: str, entry: NewEntry) -> None:  # noqa: ARG002 - the protocol's
        raise self._reason

    def remove(
        self,
        criteria: Criteria,  # noqa: ARG002 - the protocol's
        drop: Callable[[Sequence[ScopedKey]], bool] | None = None,  # noqa: ARG002 - the protocol's
    ) -> Sequence[ScopedKey]:
        raise self._reason

    def take_back(self, scope: Scope, key: str) -> None:
        """Nothing was put."""

    def expire(self, now_ns: int, scope: tuple[str, str | None] | None) -> Sequence[ScopedKey]:  # noqa: ARG002 - the protocol's
        raise self._reason

    def evict(self, max_bytes: int) -> Sequence[ScopedKey]:  # noqa: ARG002 - the protocol's
        raise self._reason

    def add_counts(self, counts: Mapping[Counted, Counts], hits: Mapping[ScopedKey, EntryHits], at_ns: int) -> None:
        """They are lost."""

    def bump_epoch(self, scopes: Sequence[Scope]) -> None:  # noqa: ARG002 - the protocol's
        raise self._reason

    def secret(self) -> bytes:
        raise self._reason


class _OneGeneration:
    """Nothing is remembered, so nothing can be void."""

    def of(self, scope: Scope) -> int:  # noqa: ARG002 - the protocol's
        return 0

    def epoch(self, scope: Scope) -> int:  # noqa: ARG002 - the protocol's
        return 0

    def close(self) -> None:
        """Nothing to give back."""
