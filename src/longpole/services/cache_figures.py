"""What the cache did and what it holds: figures of a scope, its most served nodes, one key explained.

What this process counted is written first, so that whoever asks sees his own
hits. Counts of other processes are at most a second behind.

Upstream: `cache`, `cache_potential`. Downstream: `store.cache_reads`.
"""

import json
from collections.abc import Iterable
from dataclasses import fields
from functools import reduce
from typing import Any

from sqlalchemy import Connection

from longpole import runtime
from longpole.analysis.proportions import wilson
from longpole.domain.cache import (
    CachedNode,
    CacheFigures,
    CacheStatistics,
    Counts,
    Explanation,
    HourCacheFigures,
    NodeTypeCacheFigures,
    ShadowFigures,
)
from longpole.domain.errors import InvalidInputError
from longpole.domain.scopes import Scope
from longpole.domain.units import NS_PER_DAY, NS_PER_SECOND, instant, seconds
from longpole.services.periods import checked_days, last_days
from longpole.store import cache_reads
from longpole.store.cache_reads import Held, Period, TopBy

_MOST_NODES = 100
_BOUND_95 = 3.0
"""Of m pairs without a mismatch the rate is below 3/m, with 95 % confidence (the rule of three)."""


def statistics(scope: Scope, days: int, node_type: str | None) -> CacheStatistics:
    """What the cache did in the last `days` days, and what it holds now.

    Raises:
        InvalidInputError: `days` is not 1 to 365.
    """
    period = counted_in(scope, days, node_type)
    with runtime.reading() as connection:
        by_kind = cache_reads.counts_by_node_kind(connection, period)
        by_hour = cache_reads.counts_by_hour(connection, period)
        held = cache_reads.held_by_node_kind(connection, *scope, runtime.current().clock(), node_type)
        previous = _before(connection, period, days)
    total = _sum(by_kind.values())
    kinds = sorted(by_kind.keys() | held.keys())
    return CacheStatistics(
        **_figures(total),
        app_id=scope.app_id,
        workflow_id=scope.workflow_id,
        period_start=instant(period.since_ns),
        period_end=instant(period.until_ns),
        entries=sum(each.entries for each in held.values()),
        bytes=sum(each.bytes for each in held.values()),
        by_node_type=tuple(
            NodeTypeCacheFigures(
                **_figures(by_kind.get(kind, Counts())),
                node_type=kind[0],
                node_class=kind[1],
                **held.get(kind, Held())._asdict(),
            )
            for kind in kinds
        ),
        by_hour=tuple(HourCacheFigures(**_figures(counts), start=instant(at_ns)) for at_ns, counts in by_hour.items()),
        shadow=shadow_figures(total),
        previous=previous,
    )


def _before(connection: Connection, period: Period, days: int) -> CacheFigures | None:
    """The figures of as many days before a period; None where not all of its hours are kept, or nothing was asked."""
    here = runtime.current()
    before = period._replace(since_ns=period.since_ns - days * NS_PER_DAY, until_ns=period.since_ns)
    if before.since_ns < here.clock() - here.settings.retention_hourly_days * NS_PER_DAY:
        return None
    figures = CacheFigures(**_figures(_sum(cache_reads.counts_by_node_kind(connection, before).values())))
    return figures if figures.hits or figures.misses or figures.coalesced or figures.stale else None


def top_nodes(scope: Scope, limit: int, days: int, by: str) -> tuple[CachedNode, ...]:
    """The nodes that were served most in the last `days` days.

    Raises:
        InvalidInputError: Names the argument that is wrong.
    """
    if type(limit) is not int or not 1 <= limit <= _MOST_NODES:
        raise InvalidInputError("limit", f"must be a whole number from 1 to {_MOST_NODES}", limit)
    if by not in set(TopBy):
        raise InvalidInputError("by", f"is one of {', '.join(TopBy)}", by)
    period = counted_in(scope, days)
    with runtime.reading() as connection:
        return cache_reads.top_nodes(connection, period, limit, TopBy(by))


def explanation(scope: Scope, cache_key: str) -> Explanation:
    """What went into a key, and whether there is a result under it; why nodes of its scope ran past the cache."""
    now_ns = runtime.current().clock()
    period = counted_in(scope, _EXPLAINED_DAYS)
    with runtime.reading() as connection:
        found = cache_reads.entry(connection, scope, cache_key)
        bypassed = _sum(cache_reads.counts_by_node_kind(connection, period).values()).bypassed
    if found is None:
        nothing = dict.fromkeys([each.name for each in fields(Explanation)][4:])
        return Explanation(cache_key, *scope, "absent", **(nothing | {"parts": {}, "bypassed": bypassed}))  # type: ignore[arg-type]  # None fits all others
    is_fresh = now_ns < found.expires_ns
    return Explanation(
        cache_key,
        *scope,
        state="fresh" if is_fresh else "stale" if now_ns < found.stale_until_ns else "expired",
        node_type=found.node_type,
        node_id=found.node_id or None,
        node_class=found.node_class,
        parts=json.loads(found.parts),
        created_at=instant(found.created_ns),
        expires_at=instant(found.expires_ns),
        size_bytes=found.size_bytes,
        hit_count=found.hit_count,
        time_saved=seconds(found.saved_ns),
        bypassed=bypassed,
    )


_EXPLAINED_DAYS = 7


def counted_in(scope: Scope, days: int, node_type: str | None = None) -> Period:
    """The last `days` days, with all that this process has counted so far.

    Raises:
        InvalidInputError: `days` is not 1 to 365.
    """
    now_ns = runtime.current().clock()
    since_ns = last_days(checked_days(days), now_ns).since_ns
    runtime.current().cache.counts.flush()
    return Period(*scope, since_ns, now_ns + NS_PER_SECOND, node_type)


def _sum(counts: Iterable[Counts]) -> Counts:
    return reduce(_added, counts, Counts())


def _added(one: Counts, other: Counts) -> Counts:
    total: dict[str, Any] = {}
    for name in Counts.__slots__:
        first, second = getattr(one, name), getattr(other, name)
        if isinstance(first, dict):
            total[name] = {reason: first.get(reason, 0) + second.get(reason, 0) for reason in {**first, **second}}
        else:
            total[name] = max(first, second) if name == "last_hit_ns" else first + second
    return Counts(**total)


def _figures(counts: Counts) -> dict[str, Any]:
    """The fields of `CacheFigures`."""
    asked = counts.hits + counts.misses
    return {
        "hits": counts.hits,
        "misses": counts.misses,
        "coalesced": counts.coalesced,
        "stale": counts.stale,
        "bypassed": dict(sorted(counts.bypassed.items())),
        "stores": counts.stores,
        "evictions": counts.evictions,
        "errors": counts.errors,
        "hit_rate": 100.0 * counts.hits / asked if asked else None,
        "time_saved": seconds(counts.saved_ns),
        "cost_saved": counts.saved_usd,
    }


def shadow_figures(counts: Counts) -> ShadowFigures | None:
    """What a cache would have brought; None where nothing was looked up in shadow mode."""
    asked = counts.would_hit + counts.would_miss
    if not asked:
        return None
    compared = counts.matched + counts.mismatched
    return ShadowFigures(
        would_hit=counts.would_hit,
        misses=counts.would_miss,
        would_hit_rate=100.0 * counts.would_hit / asked,
        matched=counts.matched,
        mismatched=counts.mismatched,
        mismatch_bound=_mismatch_bound(counts.mismatched, compared),
        time_saved=seconds(counts.would_save_ns),
        cost_saved=counts.would_save_usd,
    )


def _mismatch_bound(mismatched: int, compared: int) -> float | None:
    """An upper bound of the rate, with 95 % confidence: the rule of three, and Wilson's where there were some."""
    if compared == 0:
        return None
    if mismatched == 0:
        return min(1.0, _BOUND_95 / compared)
    _, high = wilson(mismatched / compared, compared, _Z_95)
    return min(1.0, high)


_Z_95 = 1.6448536269514722
"""Of a normal distribution 95 % are below."""
