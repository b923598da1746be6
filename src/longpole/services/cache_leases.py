"""The cache for engines elsewhere: who asks gets the result, a lease to make it, or waits for who has one.

    lookup ─┬ fresh ─────────────────────────────────► hit
            ├ stale, may be shown ───────────────────► hit, stale; with a lease if nobody makes it anew
            ├ nobody makes it ───────────────────────► lease ─► run the node ─► `cache_deposits.store`, or give it back
            ├ somebody does ─► wait, without a thread ─► hit (coalesced) | lease, if he gave it back or fell silent
            └ may not be cached, or is no JSON ──────► bypass, with the reason
    the node failed ─► lookup ─► hit, stale, where an option allows it | bypass

Of all who ask at the same time one holds the lease; it ends when he stores, gives
it back, or is silent for longer than it lasts. It counts as the dance of
processes with a library does (`caching.dance`): a miss where a lease is given, no
hit where somebody waited. While the backend is away each process gives its own leases.

Upstream: `rest.cache`. Downstream: `caching`, `cache_requests`.
"""

import asyncio
import re
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from longpole import runtime
from longpole.caching import codec
from longpole.caching.cache import ResultCache
from longpole.caching.keys import NotKeyableError
from longpole.caching.policy import Mode
from longpole.caching.request import Request
from longpole.domain.cache import Counted, StoredEntry
from longpole.domain.errors import InvalidInputError
from longpole.domain.scopes import Scope
from longpole.domain.units import NS_PER_SECOND, instant, seconds
from longpole.services.cache_requests import Execution, decision, key_of, mode_of, request_of

MOST_WAIT_S = 30.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S, _PAUSE_GROWTH = 0.01, 0.25, 1.5
_TOKEN = re.compile(r"[0-9a-f]{32}-(\d{1,18})")


class State(StrEnum):
    """What a look-up comes to."""

    HIT = "hit"
    LEASE = "lease"
    WAIT = "wait"
    BYPASS = "bypass"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for.

    Attributes:
        execution: The node's execution; with an empty node type only the key is known.
        cache_key: A key of the caller's own; None: that of the execution.
        lease: A token that the caller holds: it is to last longer.
        lease_seconds: How long a lease is to last; None: as the settings say.
        has_waited: Whether it was asked before, and answered with `wait`: what comes now is no hit.
        has_failed: Whether the node failed: its lease is given back, and what may be shown in its place is asked for.
    """

    execution: Execution
    cache_key: str | None = None
    lease: str | None = None
    lease_seconds: float | None = None
    has_waited: bool = False
    has_failed: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """The answer; what does not belong to its state is None. `output` is the JSON of the result, byte by byte."""

    state: State
    cache_key: str | None
    node_class: str | None
    output: bytes | None = None
    stale: bool | None = None
    execution_time: float | None = None
    lease: str | None = None
    lease_expires_at: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request that the cache may be asked, or the reason why not; `key` is None where there can be none."""

    key: str | None
    node_class: str | None
    request: Request | None = None
    reason: str | None = None


async def _never() -> bool:
    return False


async def lookup(
    scope: Scope, question: Question, wait_s: float = 0.0, is_gone: Callable[[], Awaitable[bool]] = _never
) -> Told:
    """What there is for who asks; holds no thread while it waits.

    Args:
        scope: Whose it is.
        question: What is asked for.
        wait_s: How long to wait for somebody who makes it, at most `MOST_WAIT_S` seconds.
        is_gone: Whether the asker has left: then nobody is given a lease.

    Raises:
        InvalidInputError: Names what is wrong.
    """
    prepared, told = await asyncio.to_thread(_begin, scope, question)
    until, pause_s = time.monotonic() + min(wait_s, MOST_WAIT_S), _FIRST_PAUSE_S
    question = replace(question, has_waited=True)
    while told is None and (left_s := until - time.monotonic()) > 0:
        await asyncio.sleep(min(pause_s, left_s))
        if await is_gone():
            break
        told = await asyncio.to_thread(_look, question, prepared)
        pause_s = min(pause_s * _PAUSE_GROWTH, _LONGEST_PAUSE_S)
    return told or Told(State.WAIT, prepared.key, prepared.node_class)


def _begin(scope: Scope, question: Question) -> tuple[Prepared, Told | None]:
    """The first look."""
    prepared = prepare(scope, question.execution, question.cache_key)
    if prepared.request is None or prepared.request.mode is Mode.SHADOW:
        reason = prepared.reason or Mode.SHADOW.value
        return prepared, Told(State.BYPASS, prepared.key, prepared.node_class, reason=reason)
    generation_of(question.lease)
    return prepared, (_instead if question.has_failed else _look)(question, prepared)


def prepare(scope: Scope, execution: Execution, cache_key: str | None) -> Prepared:
    """The request for an execution or a key; where it must run past the cache, that is counted.

    Raises:
        InvalidInputError: Names what is wrong.
    """
    if not execution.node_type and cache_key is None:
        raise InvalidInputError("node_type", "is needed where no cache_key is given")
    decided, mode = decision(execution), mode_of(execution)
    key = _key(scope, execution) if cache_key is None else cache_key
    node_class = decided.node_class.value if execution.node_type else None
    reason = decided.reason if execution.node_type and not decided.may_cache else None
    if mode is Mode.OFF:
        reason = reason or "off"
    elif key is None:
        reason = reason or "input_type"
    if reason is not None or key is None:
        counted = Counted(scope, execution.node_type, execution.node_id or "", node_class or "")
        runtime.current().cache.counts.bypass(counted, reason or "")
        return Prepared(key, node_class, reason=reason)
    request = request_of(scope, key, execution, decided)
    if not execution.node_type:
        request = replace(request, counted=Counted(scope), parts=lambda: "{}")
    return Prepared(key, node_class, request)


def _key(scope: Scope, execution: Execution) -> str | None:
    try:
        return key_of(scope, execution)
    except NotKeyableError:
        return None


def generation_of(lease: str | None) -> int | None:
    """The generation of the scope when a lease was given; what was invalidated since must not be stored.

    Raises:
        InvalidInputError: It is none that was ever given.
    """
    if lease is None:
        return None
    token = _TOKEN.fullmatch(lease)
    if token is None:
        raise InvalidInputError("lease", "is none that a look-up gave")
    return int(token[1])


def give_back(scope: Scope, key: str, lease: str) -> None:
    """Let others make it."""
    cache = runtime.current().cache
    cache.held.end((scope, key), lease)
    cache.leases.call(scope, cache.backend.release, scope, key, lease, otherwise=None)


def _look(question: Question, prepared: Prepared) -> Told | None:
    """One look; None where somebody else makes it and there is nothing to show meanwhile."""
    request, node_class = prepared.request, prepared.node_class
    assert request is not None, "else there is nothing to look for"
    cache, scope, key = runtime.current().cache, request.scope, request.key
    is_wait_over = question.has_waited or question.lease is not None
    told = _served(cache, request, node_class, cache.find(scope, key), coalesced=is_wait_over)
    if told is not None and not told.stale:
        return told
    lease_s = cache.bounds.lease_s if question.lease_seconds is None else question.lease_seconds
    token = question.lease or f"{uuid.uuid4().hex}-{cache.generations.of(scope)}"
    if not _is_ours(cache, scope, key, token, lease_s):
        return told
    if told is None:
        quicker = _served(cache, request, node_class, cache.find(scope, key), coalesced=True)
        if quicker is not None and not quicker.stale:
            give_back(scope, key, token)
            return quicker
        told = Told(State.LEASE, key, node_class)
    if question.lease is None:
        cache.counts.add(request.counted, misses=1)
    return replace(told, lease=token, lease_expires_at=instant(cache.clock() + round(lease_s * NS_PER_SECOND)))


def _instead(question: Question, prepared: Prepared) -> Told:
    """What may be shown when the node failed: a result that somebody else made meanwhile, or one that has expired."""
    request, node_class = prepared.request, prepared.node_class
    assert request is not None, "else there is nothing to look for"
    cache = runtime.current().cache
    if question.lease is not None:
        give_back(request.scope, request.key, question.lease)
    found = cache.find(request.scope, request.key)
    told = _served(cache, replace(request, revalidate_ns=request.if_error_ns), node_class, found, coalesced=True)
    return told or Told(State.BYPASS, request.key, node_class, reason="failed")


def _is_ours(cache: ResultCache, scope: Scope, key: str, token: str, lease_s: float) -> bool:
    """Whether the lease is `token`'s now: among all who ask here, and where the backend answers, of all processes."""
    if not cache.held.take((scope, key), token, lease_s):
        return False
    is_ours = cache.leases.call(scope, cache.backend.lease, scope, key, token, lease_s, otherwise=True)
    if not is_ours:
        cache.held.end((scope, key), token)
    return is_ours


def _served(
    cache: ResultCache, request: Request, node_class: str | None, found: StoredEntry | None, *, coalesced: bool
) -> Told | None:
    """A result that is fresh, or stale and may be shown; counted as what it is."""
    now_ns = cache.clock()
    if found is None or now_ns >= found.expires_ns + request.revalidate_ns:
        return None
    is_stale = now_ns >= found.expires_ns
    try:
        output = codec.json_of(found.body)
    except codec.CorruptEntryError:
        cache.forget_damaged(request.scope, request.key)
        return None
    if output is None:
        cache.counts.bypass(request.counted, "output_type")
        return Told(State.BYPASS, request.key, node_class, reason="output_type")
    if coalesced and not is_stale:
        cache.counts.add(request.counted, coalesced=1)
    else:
        cache.counts.hit((request.scope, request.key), found, now_ns, is_stale=is_stale)
    return Told(State.HIT, request.key, node_class, output, is_stale, seconds(found.elapsed_ns))
