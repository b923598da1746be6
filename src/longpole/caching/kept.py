"""A few things that took long to make, kept for some seconds: somebody who moves a slider asks again and again.

Whoever keeps something puts into its key all that it was made of; seconds
bound what no key can tell. In this process only, and never much.

Upstream: `runtime`, `services.what_if`.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar

Thing = TypeVar("Thing")
SECONDS = 15.0
_MOST = 4


class Kept:
    """At most four things, the ones that were asked for last. Safe to use from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._things: OrderedDict[Hashable, tuple[float, object]] = OrderedDict()

    def find(self, key: Hashable, kind: type[Thing]) -> Thing | None:
        """What was kept under `key` less than fifteen seconds ago; what is older goes."""
        with self._lock:
            now = self._clock()
            for old in [each for each, (kept_at, _) in self._things.items() if now - kept_at >= SECONDS]:
                del self._things[old]
            if key not in self._things:
                return None
            self._things.move_to_end(key)
            found = self._things[key][1]
        return found if isinstance(found, kind) else None

    def keep(self, key: Hashable, thing: object) -> None:
        """Keep something from now on; of too many things the one goes that was not asked for for longest."""
        with self._lock:
            self._things[key] = (self._clock(), thing)
            self._things.move_to_end(key)
            while len(self._things) > _MOST:
                self._things.popitem(last=False)
