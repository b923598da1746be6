"""What is known of the cache: what it did in a period, what it holds now, which nodes it serves most, one entry.

Counts are by the hour, so a period begins with the hour that its first instant
is in. What cannot be served any more is not counted among what is held.

Upstream: `services.cache_figures`, `services.cache_potential`, `services.observations`. Downstream: the database.
"""

import json
from collections.abc import Sequence
from dataclasses import fields
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, case, func, select, tuple_

from longpole.domain.cache import CachedNode, Counts
from longpole.domain.scopes import Scope
from longpole.domain.units import NS_PER_HOUR, NS_PER_SECOND, instant, seconds
from longpole.store import cache_rows
from longpole.store.tables import cache_bypasses, cache_results, cache_scopes, cache_statistics, cache_uses

NodeKind = tuple[str, str]
"""A node type and a class; empty where unknown."""
_COUNTED = [each.name for each in fields(Counts) if each.name != "bypassed"]
_SHADOW = ("would_hit", "would_miss", "matched", "mismatched", "would_save_ns", "would_save_usd")
_MONEY = frozenset({"saved_usd", "would_save_usd"})
_done = cache_statistics.c
_uses = cache_uses.c


class Period(NamedTuple):
    """Which counts are asked for; None: of all workflows of the application, of all node types."""

    app_id: str
    workflow_id: str | None
    since_ns: int
    until_ns: int
    node_type: str | None = None


class Held(NamedTuple):
    """What is kept and may be served."""

    entries: int = 0
    bytes: int = 0


class TopBy(StrEnum):
    """What the list of nodes is in the order of."""

    HITS = "hits"
    TIME_SAVED = "time_saved"
    COST_SAVED = "cost_saved"


class EntryRow(NamedTuple):
    """What is known of one entry; `is_here` is false where its bytes are in another tier."""

    node_type: str
    node_id: str
    node_class: str
    created_ns: int
    expires_ns: int
    stale_until_ns: int
    elapsed_ns: int
    cost_usd: Decimal | None
    size_bytes: int
    hit_count: int
    saved_ns: int
    saved_usd: Decimal
    last_hit_ns: int | None
    tags: tuple[str, ...]
    parts: str
    is_here: bool


def counts_by_node_kind(connection: Connection, period: Period) -> dict[NodeKind, Counts]:
    """What was counted in a period, by node type and class."""
    return {(kind[0], kind[1]): counts for kind, counts in _sums(connection, period, ("node_type", "node_class"))}


def counts_by_hour(connection: Connection, period: Period) -> dict[int, Counts]:
    """What was counted in a period, by the begin of the hour, nanoseconds; hours in which nothing was are left out.

    What shadow mode saw is not told by the hour.
    """
    names = [name for name in _COUNTED if name not in _SHADOW]
    return {hour[0] * NS_PER_SECOND: counts for hour, counts in _sums(connection, period, ("hour_start",), names)}


def counts_by_node(connection: Connection, period: Period) -> dict[tuple[str, str], Counts]:
    """What was counted in a period, by node id and type."""
    return {(node[0], node[1]): counts for node, counts in _sums(connection, period, ("node_id", "node_type"))}


class Looked(NamedTuple):
    """A node that was looked up in a period: the newest hours in which it was, 0: none."""

    node_id: str
    node_type: str
    node_class: str
    shadow_hour: int
    served_hour: int
    """In which it was asked for in earnest, found or not."""
    counts: Counts
    """What shadow mode counted."""


def looked_up(connection: Connection, period: Period) -> list[Looked]:
    """The nodes that were looked up in a period, in shadow mode or in earnest; by node."""
    node = (_done.node_id, _done.node_type, _done.node_class)
    newest = [
        func.max(case((asked > 0, _done.hour_start), else_=0))
        for asked in (_done.would_hit + _done.would_miss, _done.hits + _done.misses + _done.coalesced)
    ]
    sums = [func.sum(_done[name]) for name in _SHADOW]
    wanted = select(*node, *newest, *sums).where(_within(cache_statistics, period)).group_by(*node).order_by(*node)
    return [Looked._make([*row[:5], _counts(_SHADOW, row[5:])]) for row in connection.execute(wanted)]


def _counts(names: Sequence[str], sums: Sequence[Any]) -> Counts:
    """Sums as counts: PostgreSQL's of whole numbers are numerics."""
    counted = zip(names, sums, strict=True)
    known: dict[str, Any] = {name: sum_ if name in _MONEY else int(sum_) for name, sum_ in counted}
    return Counts(**known)


def _sums(
    connection: Connection, period: Period, keys: Sequence[str], names: Sequence[str] = _COUNTED
) -> list[tuple[tuple[Any, ...], Counts]]:
    found: dict[tuple[Any, ...], Counts] = {}
    columns = [func.max(_done[name]) if name == "last_hit_ns" else func.sum(_done[name]) for name in names]
    for row in connection.execute(_grouped(cache_statistics, period, keys, columns)):
        found[tuple(row[: len(keys)])] = _counts(names, row[len(keys) :])
    bypassed = _grouped(cache_bypasses, period, (*keys, "reason"), [func.sum(cache_bypasses.c.bypassed)])
    for *kind, reason, number in connection.execute(bypassed):
        found.setdefault(tuple(kind), Counts()).bypassed[reason] = int(number)
    return sorted(found.items())


def _grouped(table: Table, period: Period, keys: Sequence[str], sums: Sequence[ColumnElement[Any]]) -> Select[Any]:
    grouped = [table.c[key] for key in keys]
    return select(*grouped, *sums).where(_within(table, period)).group_by(*grouped)


def _within(table: Table, period: Period) -> ColumnElement[bool]:
    first = period.since_ns // NS_PER_HOUR * NS_PER_HOUR // NS_PER_SECOND
    conditions = [
        table.c.app_id == period.app_id,
        table.c.hour_start >= first,
        table.c.hour_start < -(-period.until_ns // NS_PER_SECOND),
    ]
    if period.workflow_id is not None:
        conditions.append(table.c.workflow_id == period.workflow_id)
    if period.node_type is not None:
        conditions.append(table.c.node_type == period.node_type)
    return and_(*conditions)


def held_by_node_kind(
    connection: Connection, app_id: str, workflow_id: str | None, now_ns: int, node_type: str | None = None
) -> dict[NodeKind, Held]:
    """What is kept for an application, or for a workflow of it, by node type and class."""
    kind = (_uses.node_type, _uses.node_class)
    wanted = _held(app_id, workflow_id, now_ns, *kind)
    if node_type is not None:
        wanted = wanted.where(_uses.node_type == node_type)
    return {(row[0], row[1]): Held(row[2], int(row[3])) for row in connection.execute(wanted)}


def _held(app_id: str, workflow_id: str | None, now_ns: int, *by: ColumnElement[Any]) -> Select[Any]:
    scopes = select(cache_scopes.c.scope_key).where(cache_scopes.c.app_id == app_id)
    if workflow_id is not None:
        scopes = scopes.where(cache_scopes.c.workflow_id == workflow_id)
    servable = and_(_uses.scope_key.in_(scopes), _uses.stale_until_ns > now_ns)
    return select(*by, func.count(), func.sum(_uses.size_bytes)).where(servable).group_by(*by)


def kept_bytes(connection: Connection) -> int:
    """Bytes of all results that are kept, in whichever tier; read from an index."""
    return int(connection.scalar(select(func.coalesce(func.sum(_uses.size_bytes), 0))) or 0)


def top_nodes(connection: Connection, period: Period, limit: int, by: TopBy = TopBy.HITS) -> tuple[CachedNode, ...]:
    """The nodes that hits served most in a period, by number or by what that saved, with what is held at its end."""
    node = (_done.node_id, _done.node_type)
    sums = (func.sum(_done.hits), func.sum(_done.saved_ns), func.sum(_done.saved_usd), func.max(_done.last_hit_ns))
    order = {TopBy.HITS: sums[0], TopBy.TIME_SAVED: sums[1], TopBy.COST_SAVED: sums[2]}[by]
    wanted = select(*node, *sums).where(_within(cache_statistics, period)).group_by(*node).having(sums[0] > 0)
    found = connection.execute(wanted.order_by(order.desc(), sums[0].desc(), *node).limit(limit)).all()
    held = _held_by_node(connection, period, [(row[0], row[1]) for row in found])
    nothing = Held()
    return tuple(
        CachedNode(
            node_id,
            node_type,
            int(hits),
            seconds(int(saved_ns)),
            saved_usd,
            *held.get((node_id, node_type), nothing),
            instant(last_hit_ns) if last_hit_ns else None,
        )
        for node_id, node_type, hits, saved_ns, saved_usd, last_hit_ns in found
    )


def _held_by_node(
    connection: Connection, period: Period, nodes: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], Held]:
    node = (_uses.node_id, _uses.node_type)
    wanted = _held(period.app_id, period.workflow_id, period.until_ns, *node).where(tuple_(*node).in_(nodes))
    return {(row[0], row[1]): Held(row[2], int(row[3])) for row in connection.execute(wanted)}


def entry(connection: Connection, scope: Scope, key: str) -> EntryRow | None:
    """What is known of the entry under a key, fresh or not; None: there is none."""
    of, scope_key = cache_results.c, cache_rows.scope_key(scope)
    columns = (
        *(_uses.node_type, _uses.node_id, _uses.node_class, _uses.created_ns, _uses.expires_ns, _uses.stale_until_ns),
        *(_uses.elapsed_ns, _uses.cost_usd, _uses.size_bytes, _uses.hit_count, _uses.saved_ns, _uses.saved_usd),
        *(_uses.last_hit_ns, _uses.tags, _uses.parts, of.body_in),
    )
    wanted = select(*columns).join(cache_uses, _uses.id == of.id)
    wanted = wanted.where(of.id == cache_rows.entry_id(scope_key, key), of.cache_key == key, of.scope_key == scope_key)
    row = connection.execute(wanted).one_or_none()
    if row is None:
        return None
    known: list[Any] = list(row)
    listed, parts, body_in = known[-3:]
    tags = json.loads(listed) if isinstance(listed, str) else listed
    return EntryRow._make([*known[:-3], tuple(tags), parts, body_in != cache_rows.ELSEWHERE])
