"""Adds what the cache did to what is known of it: sums by node and hour, and hits by entry.

Rows are written in the order of their keys, so that no two processes wait for
each other. Counts of entries that are gone are dropped; those by the hour stay.

Upstream: `cache_ledger`. Downstream: the database.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Connection, bindparam, case, delete, or_, select, update

from longpole.domain.cache import Counted, Counts, EntryHits
from longpole.domain.scopes import Scope
from longpole.domain.units import NS_PER_HOUR, NS_PER_SECOND
from longpole.store import cache_rows
from longpole.store.tables import cache_bypasses, cache_facts, cache_statistics, cache_uses
from longpole.store.types import Money
from longpole.store.upserts import upsert
from longpole.store.values import dollars, instant, text, whole

CLOCK = "clock"
_KEYS = ("app_id", "workflow_id", "hour_start", "node_type", "node_id", "node_class")


def add_counts(connection: Connection, counts: Mapping[Counted, Counts], at_ns: int) -> None:
    """Add counts to those of the hour that an instant is in."""
    hour_start = at_ns // NS_PER_HOUR * NS_PER_HOUR // NS_PER_SECOND
    _add(connection, [_sums(_kept_under(counted, hour_start), each) for counted, each in counts.items()])
    _add_bypassed(
        connection,
        [
            {**_kept_under(counted, hour_start), "reason": text(reason), "bypassed": number}
            for counted, each in counts.items()
            for reason, number in each.bypassed.items()
        ],
    )


def _kept_under(counted: Counted, hour_start: int) -> dict[str, Any]:
    scope, *node = counted
    return dict(zip(_KEYS, (*map(text, scope), hour_start, *map(text, node)), strict=True))


def _sums(keys: dict[str, Any], counts: Counts) -> dict[str, Any]:
    sums = asdict(counts)
    del sums["bypassed"]
    return keys | {
        name: (dollars(value) or Decimal(0)) if isinstance(value, Decimal) else whole(value) or 0
        for name, value in sums.items()
    }


def _add(connection: Connection, rows: list[dict[str, Any]]) -> None:
    rows = [row for row in rows if any(value for name, value in row.items() if name not in _KEYS)]
    if not rows:
        return
    insert, known = upsert(connection, cache_statistics), cache_statistics.c
    changes: dict[str, Any] = {
        name: known[name] + insert.excluded[name] for name in rows[0] if name not in {*_KEYS, "last_hit_ns"}
    }
    newest = insert.excluded.last_hit_ns
    changes["last_hit_ns"] = case((newest > known.last_hit_ns, newest), else_=known.last_hit_ns)
    connection.execute(insert.on_conflict_do_update(index_elements=_KEYS, set_=changes), _in_order(rows, _KEYS))


def _add_bypassed(connection: Connection, rows: list[dict[str, Any]]) -> None:
    if rows:
        insert, keys = upsert(connection, cache_bypasses), (*_KEYS, "reason")
        changes = {"bypassed": cache_bypasses.c.bypassed + insert.excluded.bypassed}
        connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=changes), _in_order(rows, keys))


def _in_order(rows: Iterable[dict[str, Any]], keys: tuple[str, ...]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: tuple(row[key] for key in keys))


def drop_counts(connection: Connection, before_ns: int) -> int:
    """Forget the counts of hours that ended before an instant; how many rows those were."""
    end = (before_ns - NS_PER_HOUR) // NS_PER_SECOND
    gone = 0
    for table in (cache_statistics, cache_bypasses):
        gone += connection.execute(delete(table).where(table.c.hour_start <= end)).rowcount
    return gone


def add_hits(connection: Connection, hits: Mapping[tuple[Scope, str], EntryHits]) -> None:
    """Add hits to those of their entries, and raise what the entries are worth by them."""
    rows = [
        {
            "of": cache_rows.entry_id(cache_rows.scope_key(scope), key),
            "more": each.hits,
            "more_ns": whole(each.saved_ns) or 0,
            "more_usd": dollars(each.saved_usd) or Decimal(0),
            "newest_ns": instant(each.last_hit_ns),
        }
        for (scope, key), each in hits.items()
    ]
    if not rows:
        return
    uses, newest = cache_uses.c, bindparam("newest_ns", type_=BigInteger)
    clock = connection.scalar(select(cache_facts.c.value).where(cache_facts.c.name == CLOCK)) or 0.0
    hit_count = uses.hit_count + bindparam("more", type_=BigInteger)
    statement = (
        update(cache_uses)
        .where(uses.id == bindparam("of", type_=BigInteger))
        .values(
            hit_count=hit_count,
            saved_ns=uses.saved_ns + bindparam("more_ns", type_=BigInteger),
            saved_usd=uses.saved_usd + bindparam("more_usd", type_=Money),
            last_hit_ns=case(
                (or_(uses.last_hit_ns.is_(None), uses.last_hit_ns < newest), newest), else_=uses.last_hit_ns
            ),
            priority=clock + (1 + hit_count) * uses.worth,
        )
    )
    connection.execute(statement, _in_order(rows, ("of",)))
