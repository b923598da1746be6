"""Which executions a cache would have served: the recorded ones, played again as the node cache would have met them.

What is counted is what happened, one by one: no share of repeated inputs, no
law of popularity. So ages, bursts and drift are in the answer.

    time ──►     a ▓▓▓▓      a    a           a ▓▓▓     a      key a, kept for ttl from its end
                 made  ▸ttl══════════════┤    made      hit
                   a                                           asked while it is made: waits, is no hit

An execution is a hit if an earlier one with the same key succeeded, had ended,
and was stored no longer ago than the TTL; hits do not prolong it. Who asks
while another makes it waits for that one. Failures are not kept. What has
expired is made, and stored, anew.

Invariant: exactly the executions that are no hit and do not wait are made; of
each key one at a time.

Upstream: `advice`. Downstream: `cache_replay_intervals`, `determinism`. Source: the semantics of
`caching.dance` and `caching.cache`; the design's analysis §3.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.int8]

MADE, HIT, WAITED, WAITED_IN_VAIN = 0, 1, 2, 3
"""Ran; was served; got the result of one that ran; got the error of one that ran."""

_LONGEST_LINE = 1 << 62
_FEW = 48
"""Of so few keys each is walked along by itself; of more, all together, a step at a time."""
_GOLDEN, _MIX_A, _MIX_B = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


@dataclass(frozen=True, slots=True)
class Ledger:
    """A place in every array per execution, in any order.

    Attributes:
        key: Equal numbers are the same question.
        start_ns, end_ns: When it began, and when its result was there.
        succeeded: Failures are not kept.
        is_kept: Of those that succeeded, the ones that the cache keeps: it does not keep what was too quick.
    """

    key: Ints
    start_ns: Ints
    end_ns: Ints
    succeeded: Flags
    is_kept: Flags

    def __len__(self) -> int:
        return int(self.key.size)


@dataclass(frozen=True, slots=True)
class Played:
    """What became of each execution, in the order of the ledger.

    Attributes:
        state: `MADE`, `HIT`, `WAITED` or `WAITED_IN_VAIN`.
        source: The place of the execution whose result it got; its own where it was made.
    """

    state: Codes
    source: Ints

    @property
    def hits(self) -> Flags:
        """Which were served."""
        served: Flags = self.state == HIT
        return served

    @property
    def hit_ratio(self) -> float:
        """Hits by executions (0-1); 0 of none."""
        return float(np.count_nonzero(self.hits)) / self.state.size if self.state.size else 0.0


def mixed_key(*parts: Ints) -> Ints:
    """One number for each row of `parts`: equal for equal rows; for others with a chance of 2^-64 for each two."""
    found = np.zeros(parts[0].size, np.uint64)
    with np.errstate(over="ignore"):
        for part in parts:
            found = _mixed(found + _GOLDEN + _mixed(part.astype(np.uint64)))
    return found.astype(np.int64)


def _mixed(number: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finaliser of SplitMix64: each bit of the answer depends on each of the question."""
    number = (number ^ (number >> np.uint64(30))) * _MIX_A
    number = (number ^ (number >> np.uint64(27))) * _MIX_B
    return number ^ (number >> np.uint64(31))


class CacheReplay:
    """A ledger, sorted once, that can be played with any number of TTLs. O(n log n) each, in whole arrays."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        order = np.lexsort((ledger.start_ns, ledger.key))
        key = ledger.key[order]
        is_new = np.empty(key.size, np.bool_)
        is_new[:1] = True
        np.not_equal(key[1:], key[:-1], out=is_new[1:])
        first = np.flatnonzero(is_new)
        counts = np.diff(np.append(first, key.size))
        self._repeated = order[np.repeat(counts > 1, counts)]
        self._counts = counts[counts > 1]
        self._first = np.cumsum(self._counts) - self._counts

    @property
    def repeats(self) -> int:
        """Executions that had the same key as an earlier one: no cache has more hits."""
        return int(self._repeated.size - self._counts.size)

    @property
    def by_key(self) -> Ints:
        """Places of executions whose key is not the only one of its kind, by key, then by start."""
        return self._repeated

    @cached_property
    def follows(self) -> Flags:
        """For each place of `by_key` whether the one before it has the same key."""
        found = np.ones(self._repeated.size, np.bool_)
        found[self._first] = False
        return found

    def play(self, ttl_ns: int | Ints) -> Played:
        """What becomes of each execution if results are kept for `ttl_ns`; one for all, or one for each execution."""
        places, ledger = self._repeated, self.ledger
        ttl = ttl_ns if isinstance(ttl_ns, int) else ttl_ns[places]
        end = ledger.end_ns[places]
        free = end + np.where(ledger.is_kept[places], ttl, 0)
        leads = _leaders(self._line.next_at(free), self._first, self._counts)
        leader = np.maximum.accumulate(np.where(leads, np.arange(places.size), 0))
        waits = ~leads & (ledger.start_ns[places] < end[leader])
        found = np.where(leads, MADE, HIT).astype(np.int8)
        found[waits] = np.where(ledger.succeeded[places][leader[waits]], WAITED, WAITED_IN_VAIN)
        state, source = np.zeros(len(ledger), np.int8), np.arange(len(ledger), dtype=np.int64)
        state[places], source[places] = found, places[leader]
        return Played(state, source)

    @cached_property
    def _line(self) -> "_Line":
        return _Line(self.ledger.start_ns[self._repeated], self._first, self._counts)


class _Line:
    """The starts of all keys, one key's after the other's, on as few lines of numbers as 64 bits hold.

    So that one search finds, for many keys at once, the first start at or after an instant.
    """

    def __init__(self, start_ns: Ints, first: Ints, counts: Ints) -> None:
        self._counts = counts
        if not first.size:
            self._cuts = [0, 0]
            return
        self._begin = start_ns[first]
        self._span = start_ns[first + counts - 1] - self._begin + 1
        before = np.cumsum(self._span.astype(np.float64)) - self._span
        line = (before // _LONGEST_LINE).astype(np.int64)
        opens = np.flatnonzero(np.append(True, line[1:] != line[:-1]))
        offset = np.cumsum(self._span) - self._span  # may go round 2^64: what is taken off below goes round as well
        self._offset = offset - np.repeat(offset[opens], np.diff(np.append(opens, first.size)))
        self._cuts = [*first[opens].tolist(), start_ns.size]
        self._at = start_ns - np.repeat(self._begin - self._offset, counts)

    def next_at(self, instant_ns: Ints) -> Ints:
        """For each place the first one of its key that starts at its instant or later, and is not it itself."""
        n = instant_ns.size
        if not n:
            return np.empty(0, np.int64)
        since = np.minimum(instant_ns - np.repeat(self._begin, self._counts), np.repeat(self._span, self._counts))
        wanted = since + np.repeat(self._offset, self._counts)
        found = np.empty(n, np.int64)
        for one, other in zip(self._cuts, self._cuts[1:], strict=False):
            found[one:other] = one + np.searchsorted(self._at[one:other], wanted[one:other])
        return np.maximum(found, np.arange(1, n + 1))


def _leaders(follower: Ints, first: Ints, counts: Ints) -> Flags:
    """Which executions are made: the first of each key, and whichever follows one that is."""
    leads = np.zeros(follower.size, np.bool_)
    at, stop = first, first + counts
    while at.size > _FEW:
        leads[at] = True
        at = follower[at]
        goes_on = at < stop
        at, stop = at[goes_on], stop[goes_on]
    for one, end in zip(at.tolist(), stop.tolist(), strict=True):
        begin, after = one, follower[one:end].tolist()
        walked = []
        place = begin
        while place < end:
            walked.append(place)
            place = after[place - begin]
        leads[walked] = True
    return leads
