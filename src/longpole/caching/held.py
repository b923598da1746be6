"""Leases that this process gave to others, who are not processes on its database: engines that ask over HTTP.

They are known here before they are in the backend: those who wait ask no
database, and while the backend does not answer there is still one producer for
each key among all who ask this process.

Upstream: `services.cache_leases`. Downstream: nothing.
"""

import threading
import time

from longpole.caching.backend import ScopedKey

_LOOK_FROM = 1_024


class HeldLeases:
    """Who holds which lease, and until when. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[ScopedKey, tuple[str, float]] = {}
        self._look_from = _LOOK_FROM

    def take(self, key: ScopedKey, token: str, seconds: float) -> bool:
        """Take or prolong a lease, from now on; whether `token` holds it now."""
        now = time.monotonic()
        with self._lock:
            holder = self._held.get(key)
            if holder is not None and holder[0] != token and now < holder[1]:
                return False
            self._held[key] = (token, now + seconds)
            if len(self._held) >= self._look_from:
                self._held = {held: of for held, of in self._held.items() if now < of[1]}
                self._look_from = max(_LOOK_FROM, 2 * len(self._held))
            return True

    def end(self, key: ScopedKey, token: str | None = None) -> None:
        """It is over: the lease of a token, or whoever's it is."""
        with self._lock:
            holder = self._held.get(key)
            if holder is not None and token in {None, holder[0]}:
                del self._held[key]
