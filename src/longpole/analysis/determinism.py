"""Whether a node gives the same for the same: pairs of equal inputs, and what came out of them.

    input  a        b    a         a           pairs of a: 2, the older one of each is what a cache would have served
    output x        y    x         z           one equal, one not, 30 s apart

That m pairs were equal does not prove that all will be: it bounds the share of
others by 3/m (95 %). Where outputs differ, the age of the pair tells why: a
node that draws at random differs at any age, one that reads the world differs
the more often the older the pair is.

Invariant: who is paired has the same key; an output that was not seen is in no pair.

Upstream: `advice`. Downstream: `cache_replay`. Source: Clopper & Pearson, Biometrika 26 (1934); the rule of three;
the design's analysis §3, "Determinism gate".
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from longpole.analysis.cache_replay import HIT, CacheReplay, Flags, Ints, Played

_MISS_95 = 0.05
_HALVINGS = 60
_TERMS = 20_000


@dataclass(frozen=True, slots=True)
class Pairs:
    """A place in every array per pair: the later and the earlier execution, how far apart, and whether equal.

    Attributes:
        later, earlier: Places in the ledger.
        age_ns: From the end of the earlier to the start of the later; 0 where they overlap.
        same: Whether their outputs are equal.
    """

    later: Ints
    earlier: Ints
    age_ns: Ints
    same: Flags

    def __len__(self) -> int:
        return int(self.later.size)

    def where(self, which: Flags) -> "Pairs":
        """Those that are meant."""
        return Pairs(self.later[which], self.earlier[which], self.age_ns[which], self.same[which])

    @property
    def mismatches(self) -> int:
        """How many are not equal."""
        return int(np.count_nonzero(~self.same))

    @property
    def mismatch_bound(self) -> float:
        """The share of unequal ones that is not exceeded, with 95 % confidence."""
        return upper_bound(self.mismatches, len(self))

    @property
    def youngest_mismatch_ns(self) -> int | None:
        """The age at which the first unequal one is met; None where there is none."""
        return int(self.age_ns[~self.same].min()) if self.mismatches else None


def served_pairs(replay: CacheReplay, played: Played, output: Ints, unknown: int = 0) -> Pairs:
    """Each hit, with the execution whose result it would have been given; where both outputs are known."""
    later = np.flatnonzero(played.state == HIT)
    return _pairs(replay, later, played.source[later], output, unknown)


def successive_pairs(replay: CacheReplay, output: Ints, unknown: int = 0, which: Flags | None = None) -> Pairs:
    """Each success (of those that are meant), with the one before it of the same key; where both outputs are known."""
    is_meant = replay.ledger.succeeded if which is None else replay.ledger.succeeded & which
    places = replay.by_key[is_meant[replay.by_key]]
    key = replay.ledger.key[places]
    follows = np.flatnonzero(key[1:] == key[:-1])
    return _pairs(replay, places[follows + 1], places[follows], output, unknown)


def last_before(replay: CacheReplay, which: Flags) -> Ints:
    """For each execution the place of the last one before it, of the same key, of those that are meant; -1: none."""
    found = np.full(len(replay.ledger), -1, dtype=np.int64)
    places = replay.by_key
    if not places.size:
        return found
    at = np.arange(places.size)
    latest = np.maximum.accumulate(np.where(which[places], at, -1))
    first = np.maximum.accumulate(np.where(replay.follows, 0, at))
    before = np.append(-1, latest[:-1])
    is_there = replay.follows & (before >= first)
    found[places[is_there]] = places[before[is_there]]
    return found


def _pairs(replay: CacheReplay, later: Ints, earlier: Ints, output: Ints, unknown: int) -> Pairs:
    is_known = (output[later] != unknown) & (output[earlier] != unknown) & replay.ledger.succeeded[later]
    later, earlier = later[is_known], earlier[is_known]
    age = np.maximum(replay.ledger.start_ns[later] - replay.ledger.end_ns[earlier], 0)
    return Pairs(later, earlier, age, output[later] == output[earlier])


def upper_bound(count: int, n: int) -> float:
    """The share that is not exceeded with 95 % confidence, having seen `count` of `n`: Clopper and Pearson's, exact.

    3/n (nearly) of none; 1 where nothing was looked at.
    """
    if count >= n:
        return 1.0
    if count == 0:
        return float(1 - _MISS_95 ** (1 / n))
    low, high = count / n, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(count, n, middle) > _MISS_95 else (low, middle)
    return high


def _at_most(count: int, n: int, share: float) -> float:
    """The chance of `count` or fewer of `n`, where each is one with the chance `share`, which is above count/n.

    Summed from the largest term down; what is beyond the last one taken is less than the last digit of the sum.
    """
    ways = math.lgamma(n + 1) - math.lgamma(count + 1) - math.lgamma(n - count + 1)
    largest = ways + count * math.log(share) + (n - count) * math.log1p(-share)
    k = np.arange(count, max(count - _TERMS, 0), -1, dtype=np.float64)
    ratios = k * (1 - share) / ((n - k + 1) * share)
    return math.exp(largest) * (1.0 + float(np.cumprod(ratios).sum()))


def change_rate(age_s: NDArray[np.float64], same: Flags) -> float:
    """How often outputs change, by second, if they change at any time alike: the likeliest rate. 0 where none did.

    A pair of age a is unequal with the chance 1 − e^(−rate·a).
    """
    changed, kept = np.maximum(age_s[~same], 1e-9), age_s[same]
    if not changed.size:
        return 0.0
    total = float(kept.sum())
    low, high = 1e-15, 1e12
    for _ in range(2 * _HALVINGS):
        rate = math.sqrt(low * high)
        slope = float((changed / np.expm1(np.minimum(rate * changed, 700.0))).sum()) - total
        low, high = (rate, high) if slope > 0 else (low, rate)
    return math.sqrt(low * high)


def changed_by(age_s: NDArray[np.float64], rate: float) -> float:
    """How many of pairs of these ages are expected to be unequal at a rate of change."""
    return float(-np.expm1(-rate * age_s).sum())
