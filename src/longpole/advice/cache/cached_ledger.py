"""A node whose results are served from a cache already: what was made, what was served, and how old that was.

    made ▓▓▓   served ·  served ·        made ▓▓▓    again, as the result had expired: the same? another?
             └── age ──┘                 └─ what was served late in between was out of date, if another

What is served says nothing of what would have come out. What is made again
does: by it one learns how fast results change, and so how many of those that
were served were still right.

Invariant: a hit that a longer TTL would have brought was made, and had been
made before, longer ago than results are kept now.

Upstream: `cache_ttls`. Downstream: `trials`, `analysis.determinism`.
"""

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from longpole.advice.cache.ledger import MIN_KEPT_S, NodeLedger
from longpole.advice.cache.trials import ENOUGH_PAIRS, TTLS_NS, Keying, Trial, cheapest, is_fresh_enough, seen_ns
from longpole.advice.observations import NO_FINGERPRINT, Floats, Ints
from longpole.analysis.cache_replay import HIT, MADE, Flags, Played
from longpole.analysis.determinism import Pairs, change_rate, changed_by, last_before, successive_pairs
from longpole.analysis.intervals import Interval
from longpole.domain.units import NS_PER_SECOND

_NEARLY = 0.98
"""Ages are of the ends that were recorded, a little off those at which results were kept."""
_ENOUGH_EXPIRED, _MOSTLY = 20, 0.9


@dataclass(frozen=True)
class CachedLedger:
    """A node's executions; those that were served as if they would have taken what those that were made took.

    Attributes:
        now_ns: How long results are kept now, by the settings or else by the oldest that was served.
    """

    ledger: NodeLedger
    keying: Keying
    now_ns: int | None

    @cached_property
    def made(self) -> Flags:
        """What ran and succeeded."""
        found: Flags = ~self.ledger.is_cached & self.ledger.succeeded
        return found

    @cached_property
    def before(self) -> Ints:
        """For each execution the one whose result it was served, or would have been; -1 where none was seen."""
        return last_before(self.keying.replay, self.made)

    @cached_property
    def age_ns(self) -> Ints:
        """How old that result was; 0 where there is none."""
        found = self.ledger.start_ns - self.ledger.end_ns[self.before]
        return np.where(self.before < 0, 0, np.maximum(found, 0))

    @cached_property
    def ages_s(self) -> Floats:
        """The ages of what was served, in seconds."""
        served = self.ledger.is_cached & (self.before >= 0)
        found: Floats = self.age_ns[served] / NS_PER_SECOND
        return found

    @cached_property
    def made_again(self) -> Pairs:
        """Results, and those that were made next of the same."""
        return successive_pairs(self.keying.replay, self.ledger.output, NO_FINGERPRINT, self.made)

    @cached_property
    def changed(self) -> Flags:
        """What was made again and came out otherwise."""
        found = np.zeros(len(self.ledger), np.bool_)
        found[self.made_again.later[~self.made_again.same]] = True
        return found

    @cached_property
    def rate(self) -> float:
        """How often a result changes, by second."""
        return change_rate(self.made_again.age_ns / NS_PER_SECOND, self.made_again.same)

    def stale_share(self, ttl_ns: int | None = None) -> Interval:
        """The share of what is served that is out of date: as it was, or if results are kept for `ttl_ns`."""
        ages = self.ages_s if ttl_ns is None else self.ages_s % (ttl_ns / NS_PER_SECOND)
        of_rate = 2 / math.sqrt(max(self.made_again.mismatches, 1))
        rates = (self.rate, self.rate * max(1 - of_rate, 0.0), self.rate * (1 + of_rate))
        return Interval(*(min(changed_by(ages, rate) / ages.size, 1.0) for rate in rates))

    def ttl_with(self, share: float) -> int:
        """The longest usual TTL with which no more than such a share is out of date; a minute at least."""
        fit = [ttl_ns for ttl_ns in TTLS_NS if self.stale_share(ttl_ns).value <= share]
        return max(fit, default=TTLS_NS[0])


def cached_ledger(ledger: NodeLedger, set_ns: int | None) -> CachedLedger:
    """What is known of a node that is cached.

    Args:
        ledger: Its executions, of which some were served.
        set_ns: How long results are kept by the settings.
    """
    usual_s = float(np.nanmedian(ledger.took_s[~ledger.is_cached])) if (~ledger.is_cached).any() else 0.0
    usual_s = 0.0 if math.isnan(usual_s) else usual_s
    end = np.where(ledger.is_cached, ledger.start_ns + round(usual_s * NS_PER_SECOND), ledger.end_ns)
    kept = np.where(ledger.is_cached, usual_s > MIN_KEPT_S, ledger.is_kept)
    as_made = replace(ledger, end_ns=end, is_kept=kept, succeeded=ledger.succeeded | ledger.is_cached)
    keyings = [Keying(as_made, per_user=False), *([Keying(as_made, per_user=True)] if ledger.knows_users else [])]
    found = [CachedLedger(as_made, keying, None) for keying in keyings]
    return min((replace(each, now_ns=_in_force(each, set_ns)) for each in found), key=_unexplained)


def _in_force(cached: CachedLedger, set_ns: int | None) -> int | None:
    """How long results are kept: as it is set, unless there is a sharp end earlier, as a node's own setting makes.

    What is evicted or invalidated is gone at any age; what has expired is gone from one age on.
    """
    if not cached.ages_s.size:
        return set_ns
    oldest_ns = round(float(cached.ages_s.max()) * NS_PER_SECOND)
    if set_ns is None or oldest_ns > set_ns / _NEARLY:
        return oldest_ns
    was_there = cached.before >= 0
    below, above = was_there & (cached.age_ns <= oldest_ns), was_there & (cached.age_ns > oldest_ns)
    within = int(np.count_nonzero(above & (cached.age_ns < set_ns)))
    is_sharp = within >= _ENOUGH_EXPIRED and float(cached.ledger.is_cached[below].mean()) >= _MOSTLY
    return oldest_ns if is_sharp else set_ns


def _unexplained(cached: CachedLedger) -> int:
    """How many executions were served, or made, though by this key and TTL they should not have been."""
    should = (cached.before >= 0) & (cached.age_ns < (cached.now_ns or 0))
    return int(np.count_nonzero(should != cached.ledger.is_cached))


def longer_trial(cached: CachedLedger, *, may_change: bool) -> Trial | None:
    """A longer TTL that is right, with the hits that it would have brought beside those that there were."""
    now_ns = cached.now_ns
    if now_ns is None:
        return None
    ttls = [ttl_ns for ttl_ns in TTLS_NS if 1.5 * now_ns <= ttl_ns <= seen_ns(cached.ledger)]
    trials = [_with_more(cached, now_ns, ttl_ns) for ttl_ns in ttls]
    chosen = cheapest([each for each in trials if _is_right(cached, each, may_change=may_change, first_only=True)])
    if chosen is None or not _is_right(cached, chosen, may_change=may_change, first_only=False):
        return None
    return chosen if chosen.keeps_its_promise() else None


def _is_right(cached: CachedLedger, trial: Trial, *, may_change: bool, first_only: bool) -> bool:
    """Whether all that was made again, after it had expired, was the same; half as many do for the first half."""
    pairs, half = cached.made_again, trial.cut
    if first_only:
        pairs = pairs.where(pairs.later < half)
    near = pairs.where(pairs.age_ns <= trial.ttl_ns)
    enough = ENOUGH_PAIRS // 2 if first_only else ENOUGH_PAIRS
    is_same = len(near) >= enough and not near.mismatches
    return is_same and is_fresh_enough(near, pairs, trial.ttl_ns, may_change=may_change)


def _with_more(cached: CachedLedger, now_ns: int, ttl_ns: int) -> Trial:
    """What would have been served in addition. For each that was served and would not have been, one is taken off."""
    played = cached.keying.replay.play(ttl_ns)
    expired = cached.made & (cached.before >= 0) & (cached.age_ns >= _NEARLY * now_ns)
    more = np.flatnonzero((played.state == HIT) & expired)
    fewer = np.flatnonzero(cached.ledger.is_cached & (played.state == MADE) & (cached.before >= 0))
    left = max(more.size - fewer.size, 0)
    state = np.full(len(cached.ledger), MADE, dtype=np.int8)
    state[more[np.arange(left) * more.size // max(left, 1)]] = HIT
    empty = np.empty(0, np.int64)
    none = Pairs(empty, empty, empty, np.empty(0, np.bool_))
    return Trial(cached.keying, ttl_ns, Played(state, played.source), none)
