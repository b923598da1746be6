"""Which result to give up when space runs out: the one whose bytes save the least.

    priority = clock + uses × worth ÷ size         (GreedyDual-Size with Frequency)

`worth` is what a hit saves: seconds, and dollars counted as seconds. The clock
is the priority of what was given up last, so that what was once worth much and
is not asked for any more ages out.

Invariant: whatever is taken next has the lowest priority of all, with its uses so far.

Upstream: `memory`. Source: Cherkasova, "Improving WWW proxies performance with Greedy-Dual-Size-Frequency caching
policy", HP Laboratories 1998; figures in the design's caching sheet, "Tiers".
"""

import heapq
from decimal import Decimal
from itertools import count
from typing import Generic, TypeVar

SECONDS_PER_DOLLAR = 600.0
"""What a dollar weighs beside a second: a call of a cent as much as six seconds."""
_MIN_BYTES = 64
_REBUILD_FACTOR = 4
Key = TypeVar("Key")


def worth(elapsed_ns: int, cost_usd: Decimal | None) -> float:
    """What one hit saves, in seconds."""
    return elapsed_ns / 1e9 + (0.0 if cost_usd is None else float(cost_usd) * SECONDS_PER_DOLLAR)


class Valued:
    """Something kept: `uses` may be raised at any time by whoever uses it, its priority follows when it matters."""

    __slots__ = ("clock", "density", "size_bytes", "uses")

    def __init__(self, worth_s: float, size_bytes: int) -> None:
        self.size_bytes = size_bytes
        self.density = worth_s / max(size_bytes, _MIN_BYTES)
        self.uses = 1
        self.clock = 0.0

    def priority(self) -> float:
        """What it is worth to keep."""
        return self.clock + self.uses * self.density


class ValueOrder(Generic[Key]):
    """Things by what they are worth, in O(log n) a change. Not safe between threads: its user holds a lock."""

    def __init__(self) -> None:
        self.clock = 0.0
        self._kept: dict[Key, Valued] = {}
        self._heap: list[tuple[float, int, Key, Valued]] = []
        self._numbers = count()

    def __len__(self) -> int:
        return len(self._kept)

    def add(self, key: Key, valued: Valued) -> None:
        """Keep something, in place of what has the same key."""
        valued.clock = self.clock
        self._kept[key] = valued
        if len(self._heap) > _REBUILD_FACTOR * len(self._kept) + 64:
            self._heap = [(each.priority(), next(self._numbers), name, each) for name, each in self._kept.items()]
            heapq.heapify(self._heap)
        else:
            heapq.heappush(self._heap, (valued.priority(), next(self._numbers), key, valued))

    def use(self, valued: Valued) -> None:
        """It was asked for again."""
        valued.uses += 1
        valued.clock = self.clock

    def discard(self, key: Key) -> Valued | None:
        """Give up something that is no longer wanted."""
        return self._kept.pop(key, None)

    def take_least(self) -> tuple[Key, Valued] | None:
        """Give up what is worth least; None where nothing is kept."""
        while self._heap:
            priority, number, key, valued = heapq.heappop(self._heap)
            if self._kept.get(key) is not valued:
                continue
            now = valued.priority()
            if now > priority:
                heapq.heappush(self._heap, (now, number, key, valued))
                continue
            del self._kept[key]
            self.clock = max(self.clock, priority)
            return key, valued
        return None
