"""How much telemetry may be in memory at once; what does not fit is refused before it is read.

Everything between the first byte of a request and its commit counts. A request
that is alone is always let in, however small the budget is set.

Upstream: `pipeline`. Downstream: the doors hold their share while they work.
"""

import threading
from typing import Self

from longpole.domain.errors import OverloadedError


class MemoryBudget:
    """A number of bytes that all requests share. Safe to use from any thread."""

    def __init__(self, capacity_bytes: int) -> None:
        self._capacity = capacity_bytes
        self._used = 0
        self._lock = threading.Lock()

    @property
    def used_bytes(self) -> int:
        """What is held now."""
        return self._used

    def share(self) -> "Share":
        """A share of nothing yet; give it back by `release` or by leaving its `with` block."""
        return Share(self)

    def take(self, size_bytes: int, already_held: int) -> None:
        """Take `size_bytes` more for somebody who holds `already_held`.

        Raises:
            OverloadedError: If the budget would be exceeded, and others hold a part of it.
        """
        with self._lock:
            if self._used + size_bytes > self._capacity and self._used > already_held:
                raise OverloadedError(self._used)
            self._used += size_bytes

    def give_back(self, size_bytes: int) -> None:
        """Return what was taken."""
        with self._lock:
            self._used -= size_bytes


class Share:
    """What one request holds of the budget."""

    def __init__(self, budget: MemoryBudget) -> None:
        self._budget = budget
        self._held = 0

    def grow(self, size_bytes: int) -> None:
        """Hold `size_bytes` more.

        Raises:
            OverloadedError: If there is no room; what is held already stays held.
        """
        self._budget.take(size_bytes, self._held)
        self._held += size_bytes

    def release(self) -> None:
        """Give everything back; doing it twice does no harm."""
        held, self._held = self._held, 0
        self._budget.give_back(held)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.release()
