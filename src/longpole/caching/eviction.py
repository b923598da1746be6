"""Which result to give up when space runs out: the one whose bytes save the least.

    value = uses, fading × worth ÷ size

`worth` is what a hit saves: seconds, and dollars counted as seconds. A use
counts half as much after every so many questions; also those of results that
were given up are remembered for a while, so that one that is asked for again
and again comes back for good.

How long uses count is learnt: an eighth of the keys are played through small
copies of the cache, one a half-life, and the one that saves most decides. Where
questions repeat for ever, long memory saves more; where the next is like the
last, short.

Invariant: what is taken is worth no more than anything that is kept, by the uses so far.

Upstream: `memory`. Source: Lee et al., "LRFU", IEEE Trans. Computers 50 (2001), with GreedyDual's worth by size
(Cherkasova, HP Laboratories 1998), and miniature simulations (Waldspurger et al., USENIX ATC 2017).
"""

import heapq
import threading
from decimal import Decimal
from itertools import count
from math import log2
from typing import Generic, TypeVar

SECONDS_PER_DOLLAR = 600.0
"""What a dollar weighs beside a second: a call of a cent as much as six seconds."""

HALF_LIVES = (1.0, 4.0, 16.0)
"""In questions for each result that is kept."""

_SAMPLE = 8
_FADING = 0.999
_CLEARLY = 1.02
_MIN_BYTES, _MIN_WORTH_S = 64, 1e-6
_FEWEST = 16
_LONG_AGO = 60.0
_REMEMBERED, _TRIMMED_AT = 4, 8
"""Uses of so many results are remembered for each one that is kept; and when it is trimmed to that."""

Key = TypeVar("Key")


def worth(elapsed_ns: int, cost_usd: Decimal | None) -> float:
    """What one hit saves, in seconds."""
    return elapsed_ns / 1e9 + (0.0 if cost_usd is None else float(cost_usd) * SECONDS_PER_DOLLAR)


class Valued:
    """Something kept: what a hit on it saves, and what it takes."""

    __slots__ = ("density", "size_bytes", "worth_s")

    def __init__(self, worth_s: float, size_bytes: int) -> None:
        self.worth_s = worth_s
        self.size_bytes = size_bytes
        self.density = log2(max(worth_s, _MIN_WORTH_S) / max(size_bytes, _MIN_BYTES))


class Ranking(Generic[Key]):
    """Things by value, for one half-life; O(log n) a change.

    Logarithms throughout: instead of letting all uses fade, a new one counts
    ever more, and what does not change need not be touched.
    """

    def __init__(self, half_life: float) -> None:
        self.half_life = half_life
        self.kept: dict[Key, Valued] = {}
        self._time = 0.0
        self._uses: dict[Key, float] = {}
        self._heap: list[tuple[float, int, Key, Valued]] = []
        self._numbers = count()

    def use(self, key: Key) -> None:
        """It was asked for, be it kept or not."""
        now = self._time = self._time + 1.0 / (self.half_life * max(_FEWEST, len(self.kept)))
        known = self._uses.get(key)
        if known is None:
            self._uses[key] = now
        elif known - now < _LONG_AGO:
            self._uses[key] = now + log2(1.0 + 2.0 ** (known - now))

    def value(self, key: Key) -> float:
        """The logarithm of what it is worth to keep something that is kept."""
        return self._uses.get(key, 0.0) + self.kept[key].density

    def add(self, key: Key, valued: Valued) -> None:
        """Keep something that was used, in place of what has the same key."""
        self.kept[key] = valued
        if len(self._heap) > _REMEMBERED * len(self.kept) + 64:
            self._heap = [(self.value(name), next(self._numbers), name, each) for name, each in self.kept.items()]
            heapq.heapify(self._heap)
        else:
            heapq.heappush(self._heap, (self.value(key), next(self._numbers), key, valued))
        if len(self._uses) > _TRIMMED_AT * len(self.kept) + 64:
            self._forget_some()

    def take_least(self) -> tuple[Key, Valued] | None:
        """Give up what is worth least; None where nothing is kept."""
        while self._heap:
            value, number, key, valued = heapq.heappop(self._heap)
            if self.kept.get(key) is not valued:
                continue
            now = self.value(key)
            if now > value:
                heapq.heappush(self._heap, (now, number, key, valued))
                continue
            del self.kept[key]
            return key, valued
        return None

    def _forget_some(self) -> None:
        latest = sorted(list(self._uses.items()), key=lambda each: each[1])[-_REMEMBERED * len(self.kept) - 64 :]  # noqa: C414 - others may add meanwhile
        self._uses = dict(latest) | {key: self._uses.get(key, 0.0) for key in self.kept}


class _Trial(Generic[Key]):
    """A small cache that keeps nothing but what would be kept, and what that would have saved lately."""

    def __init__(self, half_life: float, budget_bytes: int) -> None:
        self.ranking: Ranking[Key] = Ranking(half_life)
        self.saved_s = 0.0
        self._left_bytes = budget_bytes

    def ask(self, key: Key, valued: Valued) -> None:
        self.saved_s *= _FADING
        self.ranking.use(key)
        if key in self.ranking.kept:
            self.saved_s += valued.worth_s
            return
        self.ranking.add(key, valued)
        self._left_bytes -= valued.size_bytes
        while self._left_bytes < 0 and (least := self.ranking.take_least()):
            self._left_bytes += least[1].size_bytes


class ValueOrder(Generic[Key]):
    """Things by what they are worth. `use` may come from any thread at any time, everything else under a lock."""

    def __init__(self, budget_bytes: int) -> None:
        self._ranking: Ranking[Key] = Ranking(HALF_LIVES[-1])
        self._trials: list[_Trial[Key]] = [_Trial(each, budget_bytes // _SAMPLE) for each in HALF_LIVES]
        self._trying = threading.Lock()

    def __len__(self) -> int:
        return len(self._ranking.kept)

    @property
    def half_life(self) -> float:
        """How long uses count at the moment: one of `HALF_LIVES`."""
        return self._ranking.half_life

    def use(self, key: Key, valued: Valued) -> None:
        """Something that is kept was asked for."""
        self._ranking.use(key)
        if hash(key) % _SAMPLE == 0:
            self._try(key, valued)

    def add(self, key: Key, valued: Valued) -> None:
        """Something was asked for, and is kept from now on, in place of what has the same key."""
        self._ranking.use(key)
        self._ranking.add(key, valued)
        if hash(key) % _SAMPLE == 0:
            self._try(key, valued)

    def discard(self, key: Key) -> Valued | None:
        """Give up something that is no longer wanted."""
        return self._ranking.kept.pop(key, None)

    def take_least(self) -> tuple[Key, Valued] | None:
        """Give up what is worth least; None where nothing is kept."""
        return self._ranking.take_least()

    def _try(self, key: Key, valued: Valued) -> None:
        if not self._trying.acquire(blocking=False):
            return
        try:
            for trial in self._trials:
                trial.ask(key, valued)
            best = max(self._trials, key=lambda trial: trial.saved_s)
            now = next(trial for trial in self._trials if trial.ranking.half_life == self.half_life)
            if best.saved_s > _CLEARLY * now.saved_s:
                self._ranking.half_life = best.ranking.half_life
        finally:
            self._trying.release()
