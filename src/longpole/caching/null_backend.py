"""Keeps nothing: every question is a miss, and nobody waits for anybody in another process.

For tests, and for whoever wants counts of what a cache would be asked without having one.

Upstream: `cache`.
"""

from collections.abc import Mapping, Sequence

from longpole.caching.backend import ScopedKey
from longpole.domain.cache import NewEntry, StoredEntry
from longpole.domain.scopes import Scope


class NullBackend:
    """A backend that forgets at once."""

    name = "none"
    keeps_rows = True

    def get(self, scope: Scope, key: str, epoch: int) -> StoredEntry | None:  # noqa: ARG002 - the protocol's
        """Nothing."""
        return None

    def put(self, scope: Scope, key: str, epoch: int, entry: NewEntry) -> None:
        """Forget it."""

    def drop(self, keys: Sequence[ScopedKey], epochs: Mapping[Scope, int]) -> None:
        """There is none."""

    def lease(self, scope: Scope, key: str, token: str, seconds: float) -> bool:  # noqa: ARG002 - the protocol's
        """Everybody may."""
        return True

    def release(self, scope: Scope, key: str, token: str) -> None:
        """There is none."""

    def close(self) -> None:
        """Nothing to give back."""
