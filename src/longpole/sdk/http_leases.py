"""Leases that are held while nodes run: a thread tells the server every three seconds that they still do.

A program that is killed falls silent, and the server gives the lease to another.

Upstream: `http`.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from longpole.sdk.http_dance import Post

_EVERY_S = 3.0


class HeldLeases:
    """The leases of this process. Safe to use from any thread."""

    def __init__(self, every_s: float = _EVERY_S) -> None:
        self.every_s = every_s
        self._changed = threading.Condition()
        self._held: dict[int, Callable[[], object]] = {}
        self._thread: threading.Thread | None = None
        self._made = 0

    @contextmanager
    def held(self, post: Callable[[Post], object], lease: Post | None, release: Post | None) -> Iterator[None]:
        """Within the block the lease is prolonged by posting it; if the block is interrupted it is given back."""
        if lease is None:
            yield
            return
        with self._changed:
            self._made += 1
            mine = self._made
            self._held[mine] = lambda: post(lease)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._work, name="longpole-leases", daemon=True)
                self._thread.start()
        try:
            yield
        except BaseException:
            if release is not None:
                post(release)
            raise
        finally:
            with self._changed:
                self._held.pop(mine, None)
                self._changed.notify_all()

    def _work(self) -> None:
        """Prolongs what is held; ends when nothing has been for a while."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: not self._held, self.every_s)
                if not self._held:
                    self._thread = None
                    return
                due = list(self._held.values())
            for prolong in due:
                prolong()
