"""What the cache needs from time to time: what has expired goes, and if there is too much, what saves least.

Counts by the hour go with the hourly figures of runs. Every step is a short
transaction with a pause after it, so that ingest is not kept waiting.

Upstream: `upkeep.cache`. Downstream: `store.cache_steps`, `caching.cache`.
"""

from collections import Counter

from longpole import runtime
from longpole.domain.cache import Counted
from longpole.domain.units import NS_PER_DAY, NS_PER_HOUR
from longpole.services.retention_pace import Pace
from longpole.store import cache_counting, cache_reads, cache_rows, cache_steps
from longpole.store.cache_removal import ScopedKey
from longpole.store.cache_steps import Going

_NEAR, _DOWN_TO = 0.98, 0.95
"""Parts of the size that the cache may have: from where on there is too little room, and how much there is made."""


def kept_bytes() -> int:
    """How much the cache holds, in whichever tier. Reads an index."""
    with runtime.reading() as connection:
        return cache_reads.kept_bytes(connection)


def is_nearly_full() -> bool:
    """Whether room has to be made."""
    return kept_bytes() > _NEAR * runtime.current().settings.cache_max_size


def expire(pace: Pace) -> int:
    """Remove what may not be served any more, in all scopes; how many results."""
    now_ns, removed = runtime.current().clock(), 0
    while not pace.is_over:
        with pace.step() as connection:
            going = cache_steps.expired(connection, now_ns, pace.rows)
            gone = cache_steps.take_out(connection, going)
            if not going:
                cache_steps.drop_leases(connection, now_ns)
        if not going:
            break
        removed += runtime.current().cache.forget(gone)
    return removed


def make_room(pace: Pace) -> tuple[int, int]:
    """Remove what saves least until the cache has room again; how many results, and how many bytes."""
    excess = kept_bytes() - round(_DOWN_TO * runtime.current().settings.cache_max_size)
    removed = removed_bytes = 0
    while removed_bytes < excess and not pace.is_over:
        with pace.step() as connection:
            going = cache_steps.worth_least(connection, excess - removed_bytes, pace.rows)
            gone = cache_steps.take_out(connection, going)
            if going:
                cache_steps.raise_clock(connection, going[-1].priority)
        if not going:
            break
        removed += runtime.current().cache.forget(gone)
        removed_bytes += sum(each.size_bytes for each in going)
        _count(going, gone)
    return removed, removed_bytes


def _count(going: list[Going], gone: list[ScopedKey]) -> None:
    """Count what was evicted under the nodes that had made it."""
    counts = runtime.current().cache.counts
    scopes = {cache_rows.scope_key(scope): scope for scope, _ in gone}
    evicted = Counter((each.scope_key, each.node_type, each.node_id, each.node_class) for each in going)
    for (scope_key, *node), number in evicted.items():
        if scope_key in scopes:
            counts.add(Counted(scopes[scope_key], *node), evictions=number)


def forget_counts(pace: Pace) -> int:
    """Remove counts that are older than figures by the hour are kept, an hour at a time; how many rows."""
    here = runtime.current()
    days = max(here.settings.retention_hourly_days, here.settings.retention_raw_days + 1)
    before_ns, removed = here.clock() - days * NS_PER_DAY, 0
    while not pace.is_over:
        with runtime.reading() as connection:
            oldest_ns = cache_steps.oldest_counts_ns(connection)
        if oldest_ns is None or oldest_ns + NS_PER_HOUR > before_ns:
            break
        with pace.step() as connection:
            removed += cache_counting.drop_counts(connection, oldest_ns + NS_PER_HOUR)
    return removed
