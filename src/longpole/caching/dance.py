"""What happens when a result is wanted, step by step, the same for threads and for coroutines.

    fresh ─────────────────────────────────────────────► served            hit
    stale, may be shown ─► made anew in the background ─► served            stale
    somebody here makes it ─► wait ────────────────────► served            coalesced
    nobody here ─► lease ─┬ another process was quicker ► served            coalesced
                          └ ours ─► run the node ─► keep ► served            miss
                                          └ raised ─┬ stale, may be shown ► served   stale
                                                    └ raise, also for all who wait

The steps are a generator: it says what it waits for, and a driver (`driving`)
does the waiting, in whatever way its caller can. So there is one dance, not one
for each.

Invariant: of all processes that ask for a key at the same time one runs the
node, as long as leases can be had; a result is kept only if its node succeeded.

Upstream: `driving`. Downstream: `cache`, `flights`. Source: the design's caching sheet, "Single flight".
"""

import time
import uuid
from collections.abc import Generator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from longpole.caching import codec
from longpole.caching.cache import ResultCache
from longpole.caching.flights import Flight, Landed
from longpole.caching.keys import is_same
from longpole.caching.request import Request
from longpole.domain.cache import StoredEntry

if TYPE_CHECKING:
    from concurrent.futures import Future

_FIRST_PAUSE_S, _LONGEST_PAUSE_S, _PAUSE_GROWTH = 0.002, 0.05, 1.5


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: a value, or what the producer raised; `how` it came, in the words of the statistics."""

    value: Any = None
    error: Exception | None = None
    how: str = "miss"
    elapsed_ns: int = 0


@dataclass(frozen=True, slots=True)
class Wait:
    """Wait for a flight; the answer is how it landed."""

    flight: "Future[Landed]"


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait so many seconds."""

    seconds: float


class Produce:
    """Run the node; the answer is its outcome."""


class Refresh:
    """Begin to make it anew in the background, and go on."""


Step = Wait | Pause | Produce | Refresh
Dance = Generator[Step, Any, Outcome]


def dance(cache: ResultCache, request: Request) -> Dance:
    """The steps to a result."""
    while True:
        generation = cache.generations.of(request.scope)
        found = cache.find(request.scope, request.key)
        if found is not None and (outcome := _served(cache, request, found)):
            if outcome.how == "stale":
                yield Refresh()
            return outcome
        flight, leads = cache.flights.begin((request.scope, request.key))
        if leads:
            return (yield from _lead(cache, request, flight, found, generation))
        landed: Landed = yield Wait(flight.outcome)
        if landed.is_abandoned or flight.generation < generation:
            continue  # nobody made it, or of what was invalid before it was asked for here
        if landed.error is not None:
            return Outcome(error=landed.error)
        if landed.body is None:
            alone: Outcome = yield Produce()  # a result that cannot be told: everybody makes his own
            return alone
        cache.counts.add(request.counted, coalesced=1)
        return Outcome(codec.decode(landed.body), how="coalesced")


def refreshing(cache: ResultCache, request: Request) -> Dance:
    """The steps to a new result for one that is stale; if somebody makes it already there are none."""
    flight, leads = cache.flights.begin((request.scope, request.key))
    return (yield from _lead(cache, request, flight, None, 0)) if leads else Outcome()


def watching(cache: ResultCache, request: Request) -> Dance:
    """Shadow mode: look up, run the node all the same, and compare."""
    found = cache.find(request.scope, request.key)
    is_fresh = found is not None and cache.clock() < found.expires_ns
    outcome: Outcome = yield Produce()
    if outcome.error is not None:
        return outcome
    if found is None or not is_fresh:
        cache.counts.add(request.counted, would_miss=1)
        cache.keep(request, outcome.value, outcome.elapsed_ns)
        return outcome
    same = _is_same(found.body, outcome.value)
    cache.counts.add(
        request.counted,
        would_hit=1,
        matched=int(same),
        mismatched=int(not same),
        would_save_ns=found.elapsed_ns,
        would_save_usd=found.cost_usd or 0,
    )
    return outcome


def _is_same(body: bytes, value: Any) -> bool:
    """Whether two runs gave the same; what cannot be compared did not."""
    try:
        return is_same(codec.decode(body), codec.decode(codec.encode(value).body))
    except (codec.CorruptEntryError, codec.NotStorableError, TypeError, ValueError, OverflowError):
        return False


def _served(cache: ResultCache, request: Request, found: StoredEntry) -> Outcome | None:
    """A result that is fresh, or stale and may be shown while it is made anew; None where neither holds."""
    now_ns = cache.clock()
    is_fresh = now_ns < found.expires_ns
    if not is_fresh and now_ns >= found.expires_ns + request.revalidate_ns:
        return None
    return _decoded(cache, request, found, "hit" if is_fresh else "stale")


def _decoded(cache: ResultCache, request: Request, found: StoredEntry, how: str) -> Outcome | None:
    try:
        value = codec.decode(found.body)
    except codec.CorruptEntryError:
        cache.forget_damaged(request.scope, request.key)
        return None
    cache.counts.hit((request.scope, request.key), found, cache.clock(), is_stale=how == "stale")
    return Outcome(value, how=how)


def _lead(cache: ResultCache, request: Request, flight: Flight, stale: StoredEntry | None, known: int) -> Dance:
    """Make the result for everybody in this process, alone among all processes; `known`: the generation of `stale`."""
    scoped, token = (request.scope, request.key), uuid.uuid4().hex
    landed, has_lease = Landed(is_abandoned=True), True
    try:
        made_elsewhere = yield from _lease(cache, request, flight, token)
        if made_elsewhere is not None:
            landed = Landed(made_elsewhere)
            cache.counts.add(request.counted, coalesced=1)
            return Outcome(codec.decode(made_elsewhere), how="coalesced")
        generation = flight.generation = cache.generations.of(request.scope)
        cache.counts.add(request.counted, misses=1)
        outcome: Outcome = yield Produce()
        cache.renewals.let_go(token)
        if outcome.error is not None:
            is_valid = cache.generations.of(request.scope) == known
            outcome, landed = _instead(cache, request, stale if is_valid else None, outcome.error)
            return outcome
        kept = cache.keep(request, outcome.value, outcome.elapsed_ns, generation)
        landed, has_lease = Landed(kept.body), not kept.is_stored  # who stores gives the lease back in one go
        return outcome
    finally:
        cache.renewals.let_go(token)
        if has_lease:
            cache.leases.call(request.scope, cache.backend.release, *scoped, token, otherwise=None)
        cache.flights.land(scoped, flight, landed)


def _instead(
    cache: ResultCache, request: Request, stale: StoredEntry | None, error: Exception
) -> tuple[Outcome, Landed]:
    """What there is to show when the node raised: a stale result where that is allowed, else the error."""
    if stale is not None and cache.clock() < stale.expires_ns + request.if_error_ns:
        shown = _decoded(cache, request, stale, "stale")
        if shown is not None:
            return shown, Landed(stale.body)
    return Outcome(error=error), Landed(error=error)


def _lease(cache: ResultCache, request: Request, flight: Flight, token: str) -> Generator[Step, Any, bytes | None]:
    """Become the only producer (None), or get what another process made meanwhile."""
    scope, key, seconds = request.scope, request.key, cache.bounds.lease_s
    take = partial(cache.backend.lease, scope, key, token, seconds)
    pause_s = _FIRST_PAUSE_S
    while True:
        is_ours = cache.leases.call(scope, take, otherwise=True)  # no lease to be had: make it, rather than wait
        flight.generation = cache.generations.of(scope)
        found = cache.find(scope, key)
        if found is not None and cache.clock() < found.expires_ns:
            return found.body
        if is_ours:
            cache.renewals.hold(token, take)
            return None
        yield Pause(pause_s)
        pause_s = min(pause_s * _PAUSE_GROWTH, _LONGEST_PAUSE_S)


def timed(begun_ns: int, value: Any) -> Outcome:
    """The outcome of a node that has just ended and began at an instant of `time.perf_counter_ns`."""
    return Outcome(value, elapsed_ns=time.perf_counter_ns() - begun_ns)
