"""Which cached results go, and taking them out: the result, what it is worth, and nobody else's.

Upstream: `cache_ledger`. Downstream: the database.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, select, text

from longpole.domain.cache import Criteria, Removal
from longpole.domain.scopes import Scope
from longpole.store import cache_rows
from longpole.store.tables import cache_results, cache_scopes, cache_uses
from longpole.store.values import text as storable

ScopedKey = tuple[Scope, str]
Scopes = Mapping[int, Scope]
_NAMES_AT_ONCE = 500
_uses = cache_uses.c


def scopes_meant(connection: Connection, criteria: Criteria) -> Scopes:
    """The scopes that an invalidation is about, by their keys."""
    if criteria.workflow_id is not None:
        scope = Scope(criteria.app_id, criteria.workflow_id)
        return {cache_rows.scope_key(scope): scope}
    found = select(cache_scopes.c.scope_key, cache_scopes.c.workflow_id).where(cache_scopes.c.app_id == criteria.app_id)
    return {key: Scope(criteria.app_id, workflow_id) for key, workflow_id in connection.execute(found)}


def remove(connection: Connection, criteria: Criteria, scopes: Scopes) -> list[ScopedKey]:
    """Take out what meets all criteria; which entries those were."""
    return _named(_take_out(connection, and_(*_conditions(connection, criteria, scopes))), scopes)


def measured(connection: Connection, criteria: Criteria) -> Removal:
    """How many entries meet all criteria, and their bytes: what `remove` would take out."""
    return _measured(connection, *_conditions(connection, criteria, scopes_meant(connection, criteria)))


def measured_expired(connection: Connection, now_ns: int, scope: tuple[str, str | None]) -> Removal:
    """How many entries of a scope may not be served any more, even stale, and their bytes."""
    return _measured(connection, _uses.scope_key.in_(scope_keys(scope)), _uses.stale_until_ns <= now_ns)


def _measured(connection: Connection, *conditions: ColumnElement[bool]) -> Removal:
    sums = select(func.count(), func.coalesce(func.sum(_uses.size_bytes), 0)).select_from(cache_uses)
    entries, size_bytes = connection.execute(sums.where(*conditions)).one()
    return Removal(entries, int(size_bytes))


def remove_ids(connection: Connection, ids: Sequence[int]) -> list[ScopedKey]:
    """Take out the entries of these ids; which they were."""
    if not ids:
        return []
    gone = _take_out(connection, _uses.id.in_(sorted(ids)))
    return _named(gone, _scopes_of(connection, {scope_key for scope_key, _ in gone}))


def scope_keys(scope: tuple[str, str | None] | None) -> Any:
    """A query of the keys of an application's scopes, of one of them, or of all: each is looked up in the index."""
    keys = select(cache_scopes.c.scope_key)
    if scope is None:
        return keys
    app_id, workflow_id = scope
    keys = keys.where(cache_scopes.c.app_id == app_id)
    return keys if workflow_id is None else keys.where(cache_scopes.c.workflow_id == workflow_id)


def _conditions(connection: Connection, criteria: Criteria, scopes: Scopes) -> Iterable[ColumnElement[bool]]:
    if criteria.workflow_id is None:
        yield _uses.scope_key.in_(scope_keys((criteria.app_id, None)))
    else:
        yield _uses.scope_key.in_(list(scopes))
    if criteria.node_type is not None:
        yield _uses.node_type == criteria.node_type
    if criteria.node_id is not None:
        yield _uses.node_id == criteria.node_id
    if criteria.cache_key is not None:
        yield _uses.id.in_([cache_rows.entry_id(key, criteria.cache_key) for key in scopes])
    if criteria.created_before_ns is not None:
        yield _uses.created_ns < criteria.created_before_ns
    if criteria.tag is not None:
        yield _has_tag(connection, storable(criteria.tag))


def _has_tag(connection: Connection, tag: str) -> ColumnElement[bool]:
    if connection.dialect.name == "sqlite":
        is_listed = "EXISTS (SELECT 1 FROM json_each(cache_uses.tags) WHERE json_each.value = :tag)"
        found = text(f"(cache_uses.tags <> '[]' AND {is_listed})")  # what has tags is in an index
        return found.bindparams(tag=tag)  # type: ignore[return-value] # text stands for a condition in `where`
    found = text("cache_uses.tags @> CAST(:tag AS jsonb)")
    return found.bindparams(tag=json.dumps([tag]))  # type: ignore[return-value] # the same


def _take_out(connection: Connection, meant: ColumnElement[bool]) -> Sequence[tuple[int, str]]:
    """Scope keys and keys of what went."""
    if connection.dialect.name == "sqlite":
        chosen: Any = select(_uses.id).where(meant)
    else:
        # One statement, which sees one state; uses are locked in the order of their ids, and before results.
        locked = select(_uses.id).where(meant).order_by(_uses.id).with_for_update().cte("locked")
        used = delete(cache_uses).where(_uses.id.in_(select(locked.c.id))).returning(_uses.id).cte("used")
        chosen = select(used.c.id)
    results = delete(cache_results).where(cache_results.c.id.in_(chosen))
    gone = connection.execute(results.returning(cache_results.c.scope_key, cache_results.c.cache_key)).all()
    if connection.dialect.name == "sqlite":
        connection.execute(delete(cache_uses).where(meant))
    return [(scope_key, key) for scope_key, key in gone]


def _named(gone: Iterable[tuple[int, str]], scopes: Scopes) -> list[ScopedKey]:
    return [(scopes[scope_key], key) for scope_key, key in gone]


def _scopes_of(connection: Connection, keys: Iterable[int]) -> Scopes:
    wanted, named = sorted(keys), {}
    for begin in range(0, len(wanted), _NAMES_AT_ONCE):
        some = cache_scopes.c.scope_key.in_(wanted[begin : begin + _NAMES_AT_ONCE])
        for scope_key, app_id, workflow_id, _epoch in connection.execute(select(cache_scopes).where(some)):
            named[scope_key] = Scope(app_id, workflow_id)
    return named
