"""What a cache would have served that has room for so many bytes, or for so many results.

A cache that is too small serves less than its TTL promises. It gives up what
saves least by byte, aged: as the shared tier of the node cache does.

    priority = clock + (1 + hits) × worth ÷ size          clock: the priority that was given up last

Invariant: with room for everything it is the replay without bounds; no more
than `most` is ever kept.

Upstream: `advice`, benchmarks. Downstream: `cache_replay`. Source: Cherkasova, "Improving WWW proxies performance
with greedy-dual-size-frequency caching policy", HP Laboratories 1998, as in `store.cache_steps`.
"""

import heapq
from dataclasses import dataclass, field
from itertools import count

import numpy as np
from numpy.typing import NDArray

from longpole.analysis.cache_replay import HIT, MADE, WAITED, WAITED_IN_VAIN, Ledger, Played

Floats = NDArray[np.float64]


@dataclass(slots=True)
class _Result:
    key: int
    place: int
    expires_ns: int
    size: float
    worth: float
    priority: float = 0.0
    hits: int = 0


@dataclass(slots=True)
class _Room:
    """What is kept, and what is being made."""

    most: float
    used: float = 0.0
    clock: float = 0.0
    kept: dict[int, _Result] = field(default_factory=dict)
    by_priority: list[tuple[float, int, _Result]] = field(default_factory=list)
    by_expiry: list[tuple[int, int, _Result]] = field(default_factory=list)
    numbers: "count[int]" = field(default_factory=count)

    def use(self, result: _Result) -> None:
        result.hits += 1
        self._rank(result)

    def add(self, result: _Result, now_ns: int) -> None:
        self._drop(self.kept.get(result.key))
        if result.size > self.most:
            return
        self.kept[result.key] = result
        self.used += result.size
        self._rank(result)
        heapq.heappush(self.by_expiry, (result.expires_ns, next(self.numbers), result))
        while self.by_expiry and self.by_expiry[0][0] <= now_ns:
            self._drop(heapq.heappop(self.by_expiry)[2])
        while self.used > self.most:
            self._give_up_least()

    def _rank(self, result: _Result) -> None:
        result.priority = self.clock + (1 + result.hits) * result.worth
        heapq.heappush(self.by_priority, (result.priority, next(self.numbers), result))

    def _give_up_least(self) -> None:
        priority, _, result = heapq.heappop(self.by_priority)
        if self.kept.get(result.key) is result and priority == result.priority:
            self.clock = priority
            self._drop(result)

    def _drop(self, result: _Result | None) -> None:
        if result is not None and self.kept.get(result.key) is result:
            del self.kept[result.key]
            self.used -= result.size


def room_needed(ledger: Ledger, played: Played, ttl_ns: int, size: Floats) -> float:
    """How much all results that are fresh at one time take at most, in the unit of `size`."""
    kept = (played.state == MADE) & ledger.is_kept
    ends, sizes = ledger.end_ns[kept], size[kept]
    instants = np.concatenate([ends, ends + ttl_ns])
    changes = np.concatenate([sizes, -sizes])
    order = np.lexsort((changes, instants))  # what expires at an instant makes room before what is kept then
    return float(np.cumsum(changes[order]).max(initial=0.0))


def play_in_room(ledger: Ledger, ttl_ns: int, most: float, size: Floats, worth_s: Floats) -> Played:
    """What becomes of each execution if results are kept for `ttl_ns`, and no more than `most` of them.

    One after the other: about two microseconds each.

    Args:
        ledger: The executions.
        ttl_ns: How long a result is fresh.
        most: How much room there is, in the unit of `size`.
        size: What the result of each execution takes: bytes, or 1 where results are counted.
        worth_s: Seconds (with dollars counted as such) that a hit of each execution's result saves.
    """
    room, making = _Room(most), dict[int, int]()
    ends: list[tuple[int, int]] = []
    state, source = np.zeros(len(ledger), np.int8), np.arange(len(ledger), dtype=np.int64)
    key, end, start = ledger.key.tolist(), ledger.end_ns.tolist(), ledger.start_ns.tolist()
    for place in np.argsort(ledger.start_ns, kind="stable").tolist():
        now, asked = start[place], key[place]
        while ends and ends[0][0] <= now:
            ended_ns, made = heapq.heappop(ends)
            del making[key[made]]
            if ledger.is_kept[made]:
                worth = worth_s[made] / max(size[made], 1e-9)
                room.add(_Result(key[made], made, ended_ns + ttl_ns, float(size[made]), worth), ended_ns)
        maker, kept = making.get(asked), room.kept.get(asked)
        if maker is not None:
            state[place], source[place] = (WAITED if ledger.succeeded[maker] else WAITED_IN_VAIN), maker
        elif kept is not None and now < kept.expires_ns:
            room.use(kept)
            state[place], source[place] = HIT, kept.place
        else:
            state[place] = MADE
            making[asked] = place
            heapq.heappush(ends, (end[place], place))
    return Played(state, source)
