"""Rows of cached results come, go and are counted; on both databases."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from longpole.caching import eviction
from longpole.domain.cache import Counted, Counts, Criteria, EntryHits, NewEntry, StoredEntry
from longpole.domain.scopes import Scope
from longpole.runtime import Runtime
from longpole.store import cache_rows
from longpole.store.cache_backend import DatabaseBackend, database_backend
from longpole.store.cache_generations import SharedGenerations
from longpole.store.cache_ledger import DatabaseLedger
from longpole.store.engine import reading

SHOP, OTHER, BANK = Scope("shop", "trip"), Scope("shop", "other"), Scope("bank", "trip")
NOW_NS = 1_795_600_000_000_000_000
HOUR_NS = 3_600_000_000_000


def entry(**changes: Any) -> NewEntry:
    """An entry of a second, of an LLM node, with fields of it or of what is stored changed."""
    stored = StoredEntry(
        b'j"Hi"', NOW_NS + HOUR_NS, NOW_NS + HOUR_NS, 1_000_000_000, Decimal("0.25"), "llm", "answer", "sampling"
    )
    made = NewEntry(stored, '"Hi"', is_readable_exact=True, tags=(), parts="{}", created_ns=NOW_NS)
    of_stored = {name: value for name, value in changes.items() if name in StoredEntry._fields}
    others = {name: value for name, value in changes.items() if name in NewEntry._fields}
    return made._replace(stored=stored._replace(**of_stored), **others)


def sized(size_bytes: int, **changes: Any) -> NewEntry:
    return entry(body=b"m" * size_bytes, readable=None, is_readable_exact=False, cost_usd=None, **changes)


@pytest.fixture
def backend(runtime: Runtime) -> Iterator[DatabaseBackend]:
    made = database_backend(runtime.engine, budget_s=10, write_wait_s=10)
    yield made
    made.close()


@pytest.fixture
def generations(runtime: Runtime) -> Iterator[SharedGenerations]:
    made = SharedGenerations(runtime.engine)
    yield made
    made.close()


@pytest.fixture
def ledger(runtime: Runtime, generations: SharedGenerations) -> DatabaseLedger:
    return DatabaseLedger(runtime.engine, generations)


def rows(runtime: Runtime, columns: str, table: str = "workflow_cache_entries", order: str = "1") -> list[Any]:
    with reading(runtime.engine) as connection:
        return [tuple(row) for row in connection.execute(text(f"SELECT {columns} FROM {table} ORDER BY {order}"))]


CRITERIA = [
    (Criteria("shop", "trip"), {"a", "b", "c", "d"}),
    (Criteria("shop", None), {"a", "b", "c", "d", "e"}),
    (Criteria("nobody", None), set()),
    (Criteria("shop", "trip", node_type="code"), {"b"}),
    (Criteria("shop", "trip", node_id="other"), {"c"}),
    (Criteria("shop", "trip", cache_key="a"), {"a"}),
    (Criteria("shop", "other", cache_key="a"), set()),
    (Criteria("shop", None, cache_key="e"), {"e"}),
    (Criteria("shop", "trip", tag="x"), {"b", "d"}),
    (Criteria("shop", "trip", tag='"'), {"d"}),
    (Criteria("shop", "trip", tag="%"), set()),
    (Criteria("shop", "trip", created_before_ns=NOW_NS), {"d"}),
    (Criteria("shop", "trip", node_type="llm", tag="x"), {"d"}),
]


@pytest.mark.parametrize(("criteria", "meant"), CRITERIA)
def test_removal_takes_what_meets_all_criteria(
    backend: DatabaseBackend, ledger: DatabaseLedger, runtime: Runtime, criteria: Criteria, meant: set[str]
) -> None:
    backend.put(SHOP, "a", 0, entry())
    backend.put(SHOP, "b", 0, entry(node_type="code", tags=("x", "y")))
    backend.put(SHOP, "c", 0, entry(node_id="other", tags=("xx",)))
    backend.put(SHOP, "d", 0, entry(tags=('"', "x"), created_ns=NOW_NS - 1))
    backend.put(OTHER, "e", 0, entry())
    backend.put(BANK, "a", 0, entry(tags=("x",), created_ns=NOW_NS - 1))

    removed = ledger.remove(criteria)

    assert {key for _, key in removed} == meant
    assert {scope.app_id for scope, _ in removed} <= {"shop"}
    assert {(row[0], row[1]) for row in rows(runtime, "app_id, cache_key")} == {
        *(("shop", key) for key in {"a", "b", "c", "d", "e"} - meant),
        ("bank", "a"),
    }
    assert rows(runtime, "count(*)", "cache_uses") == rows(runtime, "count(*)", "cache_results")
    assert backend.get(BANK, "a", 0) is not None


def test_removal_voids_memory_of_its_scopes_even_where_no_row_was_left(
    backend: DatabaseBackend, ledger: DatabaseLedger, generations: SharedGenerations
) -> None:
    backend.put(SHOP, "a", 0, entry())
    before = [generations.of(scope) for scope in (SHOP, OTHER, BANK)]
    ledger.remove(Criteria("shop", "trip"))
    ledger.remove(Criteria("shop", "other"))

    after = [generations.of(scope) for scope in (SHOP, OTHER, BANK)]
    assert (after[0] != before[0], after[1] != before[1], after[2]) == (True, True, before[2])


def test_a_row_without_bytes_is_not_served(backend: DatabaseBackend, ledger: DatabaseLedger, runtime: Runtime) -> None:
    ledger.put_row(SHOP, "key", entry())

    assert backend.get(SHOP, "key", 0) is None
    assert rows(runtime, "app_id, workflow_id, cache_key, node_type, size_bytes, output_bytes") == [
        ("shop", "trip", "key", "llm", 5, None)
    ]
    assert ledger.remove(Criteria("shop", "trip", cache_key="key")) == [(SHOP, "key")]


@pytest.mark.parametrize("readable", ['"\\u0000"', '"\\ud800"', "1e999999", "[" * 20_000 + "]" * 20_000])
def test_what_jsonb_cannot_hold_is_kept_in_another_form(
    backend: DatabaseBackend, ledger: DatabaseLedger, runtime: Runtime, readable: str
) -> None:
    odd = entry(readable=readable, body=b"j" + readable.encode())
    ledger.put_row(SHOP, "row", odd)
    backend.put(SHOP, "key", 0, odd)

    assert backend.get(SHOP, "key", 0) == odd.stored
    assert len(rows(runtime, "output_data")) == 2


def test_expiry_takes_what_may_not_even_be_served_stale(backend: DatabaseBackend, ledger: DatabaseLedger) -> None:
    backend.put(SHOP, "fresh", 0, entry())
    backend.put(SHOP, "stale", 0, entry(expires_ns=NOW_NS - 1))
    backend.put(SHOP, "old", 0, entry(expires_ns=NOW_NS - 1, stale_until_ns=NOW_NS))
    backend.put(OTHER, "old", 0, entry(stale_until_ns=NOW_NS))
    backend.put(BANK, "old", 0, entry(stale_until_ns=NOW_NS))

    assert ledger.expire(NOW_NS - 1, None) == []
    assert ledger.expire(NOW_NS, ("shop", "trip")) == [(SHOP, "old")]
    assert ledger.expire(NOW_NS, ("shop", None)) == [(OTHER, "old")]
    assert ledger.expire(NOW_NS, None) == [(BANK, "old")]
    assert backend.get(SHOP, "stale", 0) is not None


def test_what_saves_least_for_its_size_is_evicted(backend: DatabaseBackend, ledger: DatabaseLedger) -> None:
    backend.put(SHOP, "large", 0, sized(1000, elapsed_ns=1_000_000_000))
    backend.put(SHOP, "slow", 0, sized(1000, elapsed_ns=9_000_000_000))
    backend.put(SHOP, "small", 0, sized(100, elapsed_ns=1_000_000_000))
    backend.put(SHOP, "served", 0, sized(1000, elapsed_ns=1_000_000_000))
    ledger.add_counts({}, {(SHOP, "served"): EntryHits(hits=9, saved_ns=9_000_000_000)}, NOW_NS)

    assert ledger.evict(3100) == []
    assert ledger.evict(3099) == [(SHOP, "large")]
    assert ledger.evict(1100) == [(SHOP, "slow")]
    assert set(ledger.evict(0)) == {(SHOP, "small"), (SHOP, "served")}
    assert ledger.evict(0) == []


def test_what_is_not_asked_for_any_more_ages(backend: DatabaseBackend, ledger: DatabaseLedger) -> None:
    """What was evicted last raises the priority of what comes later."""
    backend.put(SHOP, "valuable", 0, sized(1000, elapsed_ns=3_500_000_000))
    for number in range(4):
        backend.put(SHOP, f"{number}", 0, sized(1000, elapsed_ns=1_000_000_000))
        evicted = ledger.evict(1000)
        assert evicted == [(SHOP, "valuable")] if number == 3 else [(SHOP, f"{number}")]


def test_worth_is_that_of_the_memory_tier() -> None:
    for size_bytes, elapsed_ns, cost in [(1, 5, None), (5_000, 10**10, Decimal("0.5")), (64, 0, Decimal(2))]:
        expected = eviction.worth(elapsed_ns, cost) / max(size_bytes, 64)
        assert cache_rows.worth(size_bytes, elapsed_ns, cost) == pytest.approx(expected, rel=1e-12)


def test_hits_are_added_to_their_entries(backend: DatabaseBackend, ledger: DatabaseLedger, runtime: Runtime) -> None:
    backend.put(SHOP, "a", 0, entry())
    backend.put(SHOP, "b", 0, entry())
    hits = {
        (SHOP, "a"): EntryHits(2, 2_000_000_000, Decimal("0.5"), NOW_NS + 7),
        (SHOP, "gone"): EntryHits(1, 1, Decimal(1), NOW_NS),
    }
    ledger.add_counts({}, hits, NOW_NS)
    ledger.add_counts({}, {(SHOP, "a"): EntryHits(1, 500_000_000, Decimal(0), NOW_NS)}, NOW_NS)
    backend.put(SHOP, "a", 0, entry())

    assert rows(runtime, "cache_key, hit_count, total_time_saved, total_cost_saved, original_cost") == [
        ("a", 3, 2.5, Decimal("0.5"), Decimal("0.25")),
        ("b", 0, 0, 0, Decimal("0.25")),
    ]
    assert rows(runtime, "last_hit_ns", "cache_uses", "hit_count DESC") == [(NOW_NS + 7,), (None,)]


def test_counts_add_up_by_node_and_hour(ledger: DatabaseLedger, runtime: Runtime) -> None:
    node = Counted(SHOP, "llm", "answer", "sampling")
    ledger.add_counts(
        {
            node: Counts(hits=2, misses=1, saved_ns=5, saved_usd=Decimal("0.1"), last_hit_ns=9, bypassed={"small": 2}),
            Counted(BANK): Counts(misses=1),
        },
        {},
        NOW_NS,
    )
    ledger.add_counts({node: Counts(hits=1, last_hit_ns=8, bypassed={"small": 1, "new": 1})}, {}, NOW_NS + 1)
    ledger.add_counts({node: Counts(hits=1, saved_usd=Decimal("0.2"), last_hit_ns=10)}, {}, NOW_NS + HOUR_NS)
    ledger.add_counts({node: Counts(bypassed={"small": 1})}, {}, NOW_NS + HOUR_NS)

    hour = NOW_NS // HOUR_NS * 3600
    columns = "app_id, hour_start, node_type, node_id, node_class, hits, misses, saved_ns, last_hit_ns"
    assert rows(runtime, columns, "cache_statistics", "1, 2") == [
        ("bank", hour, "", "", "", 0, 1, 0, 0),
        ("shop", hour, "llm", "answer", "sampling", 3, 1, 5, 9),
        ("shop", hour + 3600, "llm", "answer", "sampling", 1, 0, 0, 10),
    ]
    assert rows(runtime, "hour_start, reason, bypassed", "cache_bypasses", "1, 2") == [
        (hour, "new", 1),
        (hour, "small", 3),
        (hour + 3600, "small", 1),
    ]


def test_epochs_are_known_at_once(ledger: DatabaseLedger, generations: SharedGenerations, runtime: Runtime) -> None:
    generations._wait_s = 10  # a busy machine
    assert generations.epoch(SHOP) == 0
    before = generations.of(SHOP)
    ledger.bump_epoch([SHOP, BANK])
    ledger.bump_epoch([SHOP])

    assert (generations.epoch(SHOP), generations.epoch(BANK), generations.epoch(OTHER)) == (2, 1, 0)
    assert generations.of(SHOP) != before


def test_everybody_has_the_same_secret(ledger: DatabaseLedger, runtime: Runtime) -> None:
    other = DatabaseLedger(runtime.engine, SharedGenerations(runtime.engine))

    assert len(ledger.secret()) == 32
    assert ledger.secret() == other.secret() == ledger.secret()
