"""Cached results that are old or worth least, some at a time: as many as can go without keeping writers waiting.

Upstream: `services.cache_upkeep`, `cache_ledger`. Downstream: `cache_removal`, the database.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from sqlalchemy import Connection, Row, delete, func, select

from longpole.domain.units import NS_PER_SECOND
from longpole.store import cache_removal
from longpole.store.cache_counting import CLOCK
from longpole.store.tables import (
    cache_bypasses,
    cache_facts,
    cache_leases,
    cache_statistics,
    cache_uses,
)
from longpole.store.upserts import upsert

_uses = cache_uses.c
_ROWS, _PAGE_BYTES = 3, 4_096
"""What an entry costs to remove, in rows: its own, and one for each page of its bytes."""


class Going(NamedTuple):
    """An entry that is to go, and what its going is counted under."""

    id: int
    scope_key: int
    size_bytes: int
    priority: float
    node_type: str
    node_id: str
    node_class: str


_GOING = select(*(_uses[name] for name in Going._fields))


def expired(
    connection: Connection, now_ns: int, most_rows: int, scope: tuple[str, str | None] | None = None
) -> list[Going]:
    """Entries of a scope or of all that may not be served any more, worth about `most_rows` rows; one at least."""
    wanted = _GOING.where(_uses.scope_key.in_(cache_removal.scope_keys(scope)), _uses.stale_until_ns <= now_ns)
    return _first(connection.execute(wanted.limit(most_rows // _ROWS + 1)).all(), most_rows)


def worth_least(connection: Connection, excess_bytes: int, most_rows: int) -> list[Going]:
    """Entries whose hits save least by byte: no more of them than have `excess_bytes`, or are worth `most_rows`."""
    wanted = _GOING.order_by(_uses.priority, _uses.id).limit(most_rows // _ROWS + 1)
    found = _first(connection.execute(wanted).all(), most_rows)
    ends = accumulate(each.size_bytes for each in found)
    return [each for each, end in zip(found, ends, strict=True) if end - each.size_bytes < excess_bytes]


def _first(rows: Sequence[Row[tuple[int, ...]]], most_rows: int) -> list[Going]:
    found = [Going._make(row) for row in rows]
    ends = accumulate(_ROWS + each.size_bytes // _PAGE_BYTES for each in found)
    return [each for each, end in zip(found, ends, strict=True) if each is found[0] or end <= most_rows]


def take_out(connection: Connection, going: Sequence[Going]) -> list[cache_removal.ScopedKey]:
    """Remove them; which they were."""
    return cache_removal.remove_ids(connection, [each.id for each in going])


def raise_clock(connection: Connection, priority: float) -> None:
    """What comes from now on is worth more than what was evicted; the clock of priorities never goes back."""
    insert = upsert(connection, cache_facts)
    later = insert.excluded.value > cache_facts.c.value
    raised = insert.on_conflict_do_update(index_elements=["name"], set_={"value": insert.excluded.value}, where=later)
    connection.execute(raised, {"name": CLOCK, "value": priority})


def drop_leases(connection: Connection, now_ns: int) -> None:
    """Forget leases that are over."""
    connection.execute(delete(cache_leases).where(cache_leases.c.expires_ns <= now_ns))


def oldest_counts_ns(connection: Connection) -> int | None:
    """The hour whose counts are the oldest; None where there are none."""
    hours = [connection.scalar(select(func.min(table.c.hour_start))) for table in (cache_statistics, cache_bypasses)]
    known = [hour for hour in hours if hour is not None]
    return min(known) * NS_PER_SECOND if known else None
