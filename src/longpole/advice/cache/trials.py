"""A node's results kept for so long, tried on what happened: chosen on the first half, verified on the second.

    ├────────── first half ──────────┤├────────── second half ──────────┤
      which TTL, shared or by user       hits, seconds, dollars: what is told
      no wrong result                    no wrong result, no fewer hits

Whoever chooses the best of many on the same data that he judges it by promises
too much. What is told of a choice is only ever from the half that it was not
made on, with what the first half left in the cache.

Invariant: a trial that is called safe had at least 300 pairs of equal inputs
from different runs, all with equal outputs; results cross from one user to
another only where 300 pairs of two users showed it.

Upstream: `cache_opportunities`. Downstream: `ledger`, `analysis.cache_replay`, `analysis.determinism`.
Source: the design's analysis §3, "Determinism gate" and "train→test".
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from longpole.advice.cache.ledger import NodeLedger
from longpole.advice.observations import NO_FINGERPRINT, Floats
from longpole.analysis.cache_replay import CacheReplay, Flags, Played
from longpole.analysis.cache_replay_intervals import block_mean
from longpole.analysis.cache_replay_room import room_needed
from longpole.analysis.determinism import Pairs, change_rate, changed_by, served_pairs, successive_pairs
from longpole.analysis.intervals import Interval
from longpole.domain.units import NS_PER_DAY, NS_PER_HOUR, NS_PER_SECOND

TTLS_NS = tuple(round(hours * NS_PER_HOUR) for hours in (1 / 60, 1 / 12, 1.0, 6.0, 24.0, 168.0))
ENOUGH_PAIRS = 300
"""As many equal pairs and no other bound the share of others by one in a hundred."""
_LEAST_SEEN = 0.95
"""Of hits whose outputs are known: those that were not seen may be the ones that differ (they are the large ones)."""
_NEARLY_BEST = 0.95
_FEWER_HITS, _FEWER_HITS_SHARE = 0.05, 0.3
_SECONDS_PER_USD = 600.0
_EXPECTED_CHANGES = 5.0
"""If outputs changed at any age alike, so many would have been seen; none is a chance below one in a hundred."""


@dataclass(frozen=True)
class Keying:
    """What counts as the same question: what is asked, or what is asked and who asks."""

    ledger: NodeLedger
    per_user: bool

    @cached_property
    def replay(self) -> CacheReplay:
        """The executions by key."""
        return CacheReplay(self.ledger.asked(per_user=self.per_user))

    @cached_property
    def pairs(self) -> Pairs:
        """Successes in a row; within one run only where they differ, as there likeness proves nothing."""
        return self._telling(successive_pairs(self.replay, self.ledger.output, NO_FINGERPRINT))

    def _telling(self, pairs: Pairs) -> Pairs:
        return pairs.where(self.ledger.in_runs_apart(pairs.later, pairs.earlier) | ~pairs.same)

    def trial(self, ttl_ns: int) -> "Trial":
        """Results kept for so long."""
        played = self.replay.play(ttl_ns)
        served = self._telling(served_pairs(self.replay, played, self.ledger.output, NO_FINGERPRINT))
        return Trial(self, ttl_ns, played, served)


@dataclass(frozen=True)
class Trial:
    """What a TTL would have brought; `served` pairs each hit with what it would have been given."""

    keying: Keying
    ttl_ns: int
    played: Played
    served: Pairs

    @property
    def ledger(self) -> NodeLedger:
        """The node's executions."""
        return self.keying.ledger

    @cached_property
    def cut(self) -> int:
        """Where the second half begins: the first place of it."""
        return len(self.ledger) // 2

    @cached_property
    def second(self) -> Flags:
        """The executions of the second half."""
        found: Flags = np.arange(len(self.ledger)) >= self.cut
        return found

    @property
    def second_hits(self) -> Flags:
        """What would have been served in the second half."""
        return self.played.hits & self.second

    def hit_ratio(self, half: Flags) -> float:
        """Hits by executions of a half; those whose input was not seen are none."""
        return float(np.count_nonzero(self.played.hits & half)) / max(
            np.count_nonzero(half) + self.ledger.unseen / 2, 1
        )

    def worth_s(self, half: Flags) -> float:
        """What hits would have saved in a half, dollars as seconds: to choose by."""
        hits = self.played.hits & half
        saved = np.nansum(self.ledger.took_s[hits]) + _SECONDS_PER_USD * np.nansum(self.ledger.cost_usd[hits])
        return float(saved)

    @property
    def room_bytes(self) -> float | None:
        """What all results that are kept at one time come to, at most; None where no size is known."""
        sizes = self.ledger.output_bytes
        is_known = np.isfinite(sizes)
        if not is_known.any():
            return None
        likely = np.where(is_known, sizes, sizes[is_known].mean())
        return room_needed(self.keying.replay.ledger, self.played, self.ttl_ns, likely)

    def interval(self, values: Floats) -> Interval:
        """The mean of what each execution of the second half brought, by hits; those not seen brought nothing."""
        brought = np.where(self.second_hits, np.nan_to_num(values), 0.0)[self.cut :]
        seen = brought.size / max(brought.size + self.ledger.unseen / 2, 1)
        return block_mean(brought).times(seen)

    def agrees(self, first_only: bool, may_change: bool) -> bool:  # noqa: FBT001 - named at each call
        """Whether no hit would have been wrong, and nothing makes one likely. See `is_fresh_enough`.

        Of the first half alone, half as many pairs do.
        """
        served, pairs = self.served, self.keying.pairs
        if first_only:
            served, pairs = served.where(served.later < self.cut), pairs.where(pairs.later < self.cut)
        enough = ENOUGH_PAIRS // 2 if first_only else ENOUGH_PAIRS
        is_seen = first_only or self._are_outputs_seen()
        is_right = len(served) >= enough and not served.mismatches and is_seen
        return (
            is_right
            and self._may_cross(served, enough)
            and is_fresh_enough(served, pairs, self.ttl_ns, may_change=may_change)
        )

    def _are_outputs_seen(self) -> bool:
        hits = self.played.hits & self.ledger.succeeded
        known = (
            hits & (self.ledger.output != NO_FINGERPRINT) & (self.ledger.output[self.played.source] != NO_FINGERPRINT)
        )
        return bool(np.count_nonzero(known) >= _LEAST_SEEN * np.count_nonzero(hits))

    def _may_cross(self, served: Pairs, enough: int) -> bool:
        """Whether one user may be served another's: enough pairs of two say so, or nobody knows users."""
        if self.keying.per_user or not self.ledger.knows_users:
            return True
        return int(np.count_nonzero(self.ledger.of_two_users(served.later, served.earlier))) >= enough

    def keeps_its_promise(self) -> bool:
        """Whether the second half had about as many hits as the first, or more: it began with a warm cache."""
        before, after = self.hit_ratio(~self.second), self.hit_ratio(self.second)
        return after > 0 and after >= before - max(_FEWER_HITS, _FEWER_HITS_SHARE * before)


def is_fresh_enough(served: Pairs, pairs: Pairs, ttl_ns: int, *, may_change: bool) -> bool:
    """Whether outputs never differ; or, where they may (`may_change`), differ only when much older than the TTL.

    Results that change at any time change now and then soon after they were
    kept: that it was not seen yet does not make it safe. Only if by the rate at
    which old pairs differ several young ones would have as well, there is an
    age below which they do not.
    """
    youngest = pairs.youngest_mismatch_ns
    if youngest is None:
        return True
    if not may_change or youngest < 2 * ttl_ns:
        return False
    rate = change_rate(pairs.age_ns / NS_PER_SECOND, pairs.same)
    return changed_by(served.age_ns / NS_PER_SECOND, rate) >= _EXPECTED_CHANGES


def safe_trial(ledger: NodeLedger, ttls_ns: Iterable[int], *, may_change: bool) -> Trial | None:
    """The TTL that brings most of what can be had, shared if that is right, else by user; None where none is safe.

    Args:
        ledger: A node's executions.
        ttls_ns: Among which TTLs; those longer than the first half are left out, as nobody saw results of that age.
        may_change: Whether the node reads a world that changes: else outputs that ever differ forbid any TTL.
    """
    ttls = [ttl_ns for ttl_ns in ttls_ns if ttl_ns <= seen_ns(ledger)]
    for keying in _keyings(ledger):
        if keying.replay.repeats < ENOUGH_PAIRS:
            continue
        passed = [each for each in map(keying.trial, ttls) if each.agrees(first_only=True, may_change=may_change)]
        chosen = cheapest(passed)
        if chosen and chosen.agrees(first_only=False, may_change=may_change) and chosen.keeps_its_promise():
            return chosen
    return None


def asked_trial(ledger: NodeLedger, longest_ns: int = NS_PER_DAY) -> Trial | None:
    """The same where outputs differ anyway, so that no TTL is right by them: by user where users are known."""
    keying = Keying(ledger, per_user=ledger.knows_users)
    if keying.replay.repeats < ENOUGH_PAIRS:
        return None
    longest_ns = min(longest_ns, seen_ns(ledger))
    chosen = cheapest([keying.trial(ttl_ns) for ttl_ns in TTLS_NS if ttl_ns <= longest_ns])
    return chosen if chosen and chosen.keeps_its_promise() else None


def seen_ns(ledger: NodeLedger) -> int:
    """How long the first half is."""
    return int(ledger.start_ns[len(ledger) // 2] - ledger.start_ns[0]) if len(ledger) else 0


def _keyings(ledger: NodeLedger) -> Iterator[Keying]:
    yield Keying(ledger, per_user=False)
    if ledger.knows_users:
        yield Keying(ledger, per_user=True)


def cheapest(trials: list[Trial]) -> Trial | None:
    """The shortest TTL that brings nearly as much as the best one, by the first half."""
    worths = [(trial.worth_s(~trial.second), trial) for trial in trials]
    best = max((worth for worth, _ in worths), default=0.0)
    enough = [trial for worth, trial in worths if worth >= _NEARLY_BEST * best and worth > 0]
    return min(enough, key=lambda trial: trial.ttl_ns, default=None)
