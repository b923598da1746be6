"""What the database knows of cached results, whichever tier holds the bytes: rows come, go, and are counted.

Rows go because they are wrong (`remove`), old (`expire`) or worth too little
(`evict`); only the first makes anybody's memory void. A result and what it is
worth go together, in one transaction. Locks are taken in the order of ids,
uses before results, by everybody, so that no two transactions wait for each other.

Upstream: `caching.cache` and `caching.counts`, by the shape of `caching.backend.CacheLedger`.
Downstream: `cache_removal`, `cache_steps`, `cache_counting`, `cache_generations`, the database.
"""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import DBAPIError

from longpole.domain.cache import Counted, Counts, Criteria, EntryHits, NewEntry
from longpole.domain.scopes import Scope
from longpole.domain.units import PICO_PER_USD
from longpole.store import cache_counting, cache_reads, cache_removal, cache_rows, cache_steps
from longpole.store.cache_generations import SharedGenerations, slot_of
from longpole.store.engine import reading, writing
from longpole.store.tables import cache_generations, cache_scopes, cache_secrets
from longpole.store.upserts import upsert

ScopedKey = tuple[Scope, str]
Drop = Callable[[Sequence[ScopedKey]], bool]
_ROWS_AT_ONCE = 1_500
"""As many at once as keep nobody waiting."""
_SECRET = "credentials"  # noqa: S105 - its name
_SECRET_BYTES = 32


class DatabaseLedger:
    """The rows of one database; satisfies `caching.backend.CacheLedger`. All calls raise `StorageUnavailableError`."""

    def __init__(self, engine: Engine, generations: SharedGenerations) -> None:
        self._engine, self._generations = engine, generations
        self._secret: bytes | None = None

    def put_row(self, scope: Scope, key: str, entry: NewEntry) -> None:
        """A row without bytes, in place of an earlier one."""
        with writing(self._engine) as connection:
            _put_row(connection, scope, key, entry)

    def remove(self, criteria: Criteria, drop: Drop | None = None) -> Sequence[ScopedKey]:
        """Take entries out, and make every process's memory of their scopes void; which they were.

        `drop` takes bytes away that are elsewhere, before anybody can take those for what stood after the invalidation;
        where it could not, they are made unreachable, with the rows or not at all.
        """
        with writing(self._engine) as connection:
            scopes = cache_removal.scopes_meant(connection, criteria)
            said = _bump_generations(connection, scopes)
            self._generations.begin(said)
            removed = cache_removal.remove(connection, criteria, scopes)
            is_out_of_reach = drop is not None and bool(removed) and not drop(removed)
            if is_out_of_reach:
                said |= _bump_epochs(connection, {scope for scope, _ in removed})
        if is_out_of_reach:
            self._generations.note_epochs()
        self._generations.note(said)
        return removed

    def take_back(self, scope: Scope, key: str) -> None:
        """Take out what was just put."""
        with writing(self._engine) as connection:
            cache_removal.remove_ids(connection, [cache_rows.entry_id(cache_rows.scope_key(scope), key)])

    def expire(self, now_ns: int, scope: tuple[str, str | None] | None) -> Sequence[ScopedKey]:
        """Take out what may not be served any more, even stale: of a scope, or of all."""
        removed: list[ScopedKey] = []
        while True:
            with writing(self._engine) as connection:
                going = cache_steps.expired(connection, now_ns, _ROWS_AT_ONCE, scope)
                removed.extend(cache_steps.take_out(connection, going))
                if not going:
                    cache_steps.drop_leases(connection, now_ns)
                    return removed

    def evict(self, max_bytes: int) -> Sequence[ScopedKey]:
        """Take out what is worth least until no more than `max_bytes` are kept."""
        removed: list[ScopedKey] = []
        with reading(self._engine) as connection:
            excess = cache_reads.kept_bytes(connection) - max_bytes
        while excess > 0:
            with writing(self._engine) as connection:
                going = cache_steps.worth_least(connection, excess, _ROWS_AT_ONCE)
                if not going:
                    break
                removed.extend(cache_steps.take_out(connection, going))
                cache_steps.raise_clock(connection, going[-1].priority)
            excess -= sum(each.size_bytes for each in going)
        return removed

    def add_counts(self, counts: Mapping[Counted, Counts], hits: Mapping[ScopedKey, EntryHits], at_ns: int) -> None:
        """Add what happened in the hour of an instant; one transaction."""
        if counts or hits:
            with writing(self._engine) as connection:
                cache_counting.add_counts(connection, counts, at_ns)
                cache_counting.add_hits(connection, hits)

    def bump_epoch(self, scopes: Sequence[Scope]) -> None:
        """Make everything that a backend holds of these scopes unreachable."""
        if not scopes:
            return
        with writing(self._engine) as connection:
            said = _bump_epochs(connection, scopes)
        self._generations.note_epochs()
        self._generations.note(said)

    def secret(self) -> bytes:
        """What credentials are hashed with; the same for everybody on this database."""
        if self._secret is None:
            with reading(self._engine) as connection:
                self._secret = _secret(connection)
        if self._secret is None:
            with writing(self._engine) as connection:
                made = {"name": _SECRET, "secret": os.urandom(_SECRET_BYTES)}
                connection.execute(upsert(connection, cache_secrets).on_conflict_do_nothing(), made)
            with reading(self._engine) as connection:
                self._secret = _secret(connection)
        assert self._secret is not None, "made above, by us or by somebody quicker"
        return self._secret


def _put_row(connection: Connection, scope: Scope, key: str, entry: NewEntry) -> None:
    values = cache_rows.row_values(cache_rows.scope_key(scope), key, entry, cache_rows.ELSEWHERE) | scope._asdict()
    if connection.dialect.name == "sqlite" and values["cost_usd"] is not None:
        values["cost_usd"] = int(values["cost_usd"] * PICO_PER_USD)
    try:
        with connection.begin_nested():
            _write(connection, values)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) not in cache_rows.NOT_IN_JSONB or entry.readable is None:
            raise
        _write(connection, values | {"output_data": cache_rows.as_json_text(entry.readable)})


def _write(connection: Connection, values: dict[str, Any]) -> None:
    marks = cache_rows.sqlite_mark if connection.dialect.name == "sqlite" else cache_rows.psycopg_mark
    for statement in (cache_rows.NEW_SCOPE, cache_rows.NEW_USE, cache_rows.NEW_RESULT):
        connection.exec_driver_sql(cache_rows.with_marks(statement, marks), values)


def _bump_epochs(connection: Connection, scopes: Iterable[Scope]) -> dict[int, int]:
    """Make what a backend holds of these scopes unreachable; what their slots' generations are from now on."""
    keys = {cache_rows.scope_key(scope): scope for scope in scopes}
    rows = [{"scope_key": key, **scope._asdict(), "epoch": 1} for key, scope in sorted(keys.items())]
    changes = {"epoch": cache_scopes.c.epoch + 1}
    insert = upsert(connection, cache_scopes).on_conflict_do_update(index_elements=["scope_key"], set_=changes)
    connection.execute(insert, rows)
    return _bump_generations(connection, keys)


def _bump_generations(connection: Connection, scope_keys: Iterable[int]) -> dict[int, int]:
    """What the generations of these scopes' slots are from now on."""
    slots = sorted({slot_of(key) for key in scope_keys})
    if not slots:
        return {}
    insert = upsert(connection, cache_generations).values([{"slot": slot, "generation": 1} for slot in slots])
    changes = {"generation": cache_generations.c.generation + 1}
    bumped = insert.on_conflict_do_update(index_elements=["slot"], set_=changes)
    slot, generation = cache_generations.c.slot, cache_generations.c.generation
    return dict(map(tuple, connection.execute(bumped.returning(slot, generation))))


def _secret(connection: Connection) -> bytes | None:
    return connection.scalar(select(cache_secrets.c.secret).where(cache_secrets.c.name == _SECRET))
