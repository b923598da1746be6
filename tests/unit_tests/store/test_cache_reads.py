"""What is known of the cache is right, and of nobody else's; on both databases."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection

from longpole import runtime as runtime_module
from longpole.domain.cache import CachedNode, Counted, Counts, NewEntry, StoredEntry
from longpole.domain.scopes import Scope
from longpole.runtime import Runtime
from longpole.store import cache_counting, cache_reads
from longpole.store.cache_backend import database_backend
from longpole.store.cache_reads import EntryRow, Held, Period, TopBy
from longpole.store.engine import writing

SHOP, OTHER, BANK = Scope("shop", "trip"), Scope("shop", "other"), Scope("bank", "trip")
HOUR_NS = 3_600_000_000_000
BEGIN_NS = 1_795_600_800_000_000_000  # a whole hour
NOW_NS = BEGIN_NS + HOUR_NS + 1
ANSWER, LOOK_UP = ("llm", "answer", "sampling"), ("tool", "look_up", "unknown")
DONE = [
    (BEGIN_NS, Counted(SHOP, *ANSWER), Counts(hits=3, misses=1, saved_ns=3_000_000_000, saved_usd=Decimal("0.3"))),
    (BEGIN_NS, Counted(SHOP, *LOOK_UP), Counts(hits=1, saved_ns=9_000_000_000, bypassed={"too_large": 2})),
    (BEGIN_NS + HOUR_NS, Counted(SHOP, *ANSWER), Counts(hits=1, last_hit_ns=NOW_NS, bypassed={"too_large": 1})),
    (BEGIN_NS + HOUR_NS, Counted(SHOP), Counts(misses=5)),
    (BEGIN_NS, Counted(OTHER, *ANSWER), Counts(hits=10)),
    (BEGIN_NS, Counted(BANK, *ANSWER), Counts(hits=100)),
    (BEGIN_NS - 1, Counted(SHOP, *ANSWER), Counts(hits=1000)),
]


def entry(node: tuple[str, str, str], size_bytes: int, stale_until_ns: int) -> NewEntry:
    node_type, node_id, node_class = node
    stored = StoredEntry(
        b"m" * size_bytes, stale_until_ns, stale_until_ns, 1_000, Decimal("0.5"), node_type, node_id, node_class
    )
    return NewEntry(stored, "1", is_readable_exact=False, tags=("a", "b"), parts='{"model":"x"}', created_ns=BEGIN_NS)


@pytest.fixture
def connection(runtime: Runtime) -> Iterator[Connection]:
    """A database with counts and entries in it."""
    with writing(runtime.engine) as connection:
        for at_ns, counted, counts in DONE:
            cache_counting.add_counts(connection, {counted: counts}, at_ns)
    backend = database_backend(runtime.engine, budget_s=10, write_wait_s=10)
    for number, (scope, node, size_bytes, stale_until_ns) in enumerate(
        [
            (SHOP, ANSWER, 100, NOW_NS + 1),
            (SHOP, ANSWER, 50, NOW_NS + 1),
            (SHOP, ANSWER, 7, NOW_NS),
            (SHOP, LOOK_UP, 10, NOW_NS + 1),
            (OTHER, ANSWER, 1_000, NOW_NS + 1),
            (BANK, ANSWER, 10_000, NOW_NS + 1),
        ]
    ):
        backend.put(scope, f"{number}", 0, entry(node, size_bytes, stale_until_ns))
    backend.close()
    with runtime_module.reading() as made:
        yield made


def test_counts_of_a_period_by_node_type_and_class(connection: Connection) -> None:
    found = cache_reads.counts_by_node_kind(connection, Period("shop", "trip", BEGIN_NS + 5, NOW_NS))

    answers = Counts(hits=4, misses=1, saved_ns=3_000_000_000, saved_usd=Decimal("0.3"), last_hit_ns=NOW_NS)
    answers.bypassed = {"too_large": 1}
    assert found == {
        ("llm", "sampling"): answers,
        ("tool", "unknown"): Counts(hits=1, saved_ns=9_000_000_000, bypassed={"too_large": 2}),
        ("", ""): Counts(misses=5),
    }


@pytest.mark.parametrize(
    ("period", "hits"),
    [
        (Period("shop", "trip", BEGIN_NS, NOW_NS), {BEGIN_NS: 4, BEGIN_NS + HOUR_NS: 1}),
        (Period("shop", None, BEGIN_NS, NOW_NS), {BEGIN_NS: 14, BEGIN_NS + HOUR_NS: 1}),
        (Period("shop", "trip", BEGIN_NS, BEGIN_NS + HOUR_NS), {BEGIN_NS: 4}),
        (Period("shop", "trip", BEGIN_NS, NOW_NS, "tool"), {BEGIN_NS: 1}),
        (Period("shop", "nobody", BEGIN_NS, NOW_NS), {}),
    ],
)
def test_counts_by_the_hour(connection: Connection, period: Period, hits: dict[int, int]) -> None:
    found = cache_reads.counts_by_hour(connection, period)

    assert {hour: counts.hits for hour, counts in found.items()} == hits


def test_what_is_held_is_what_may_be_served(connection: Connection) -> None:
    of: Any = cache_reads.held_by_node_kind

    assert of(connection, "shop", "trip", NOW_NS) == {
        ("llm", "sampling"): Held(2, 150),
        ("tool", "unknown"): Held(1, 10),
    }
    assert of(connection, "shop", None, NOW_NS, "llm") == {("llm", "sampling"): Held(3, 1_150)}
    assert cache_reads.kept_bytes(connection) == 11_167


def test_nodes_that_are_served_most(connection: Connection) -> None:
    answer = CachedNode("answer", "llm", 4, 3.0, Decimal("0.3"), 2, 150, datetime.fromtimestamp(NOW_NS // 10**9, UTC))
    look_up = CachedNode("look_up", "tool", 1, 9.0, Decimal(0), 1, 10, None)
    top, period = cache_reads.top_nodes, Period("shop", "trip", BEGIN_NS, NOW_NS)

    assert top(connection, period, 10) == (answer, look_up)
    assert top(connection, period, 1) == (answer,)
    assert top(connection, period, 10, TopBy.TIME_SAVED) == (look_up, answer)
    assert top(connection, period, 10, TopBy.COST_SAVED) == (answer, look_up)
    assert top(connection, period._replace(workflow_id="nobody"), 10) == ()
    assert [node.hits for node in top(connection, period._replace(workflow_id=None), 10)] == [14, 1]


def test_one_entry(connection: Connection) -> None:
    assert cache_reads.entry(connection, SHOP, "3") == EntryRow(
        node_type="tool",
        node_id="look_up",
        node_class="unknown",
        created_ns=BEGIN_NS,
        expires_ns=NOW_NS + 1,
        stale_until_ns=NOW_NS + 1,
        elapsed_ns=1_000,
        cost_usd=Decimal("0.5"),
        size_bytes=10,
        hit_count=0,
        saved_ns=0,
        saved_usd=Decimal(0),
        last_hit_ns=None,
        tags=("a", "b"),
        parts='{"model":"x"}',
        is_here=True,
    )
    assert cache_reads.entry(connection, OTHER, "3") is None


def test_counts_are_forgotten_by_the_whole_hour(runtime: Runtime) -> None:
    with writing(runtime.engine) as connection:
        for at_ns, counted, counts in DONE:
            cache_counting.add_counts(connection, {counted: counts}, at_ns)
        assert cache_counting.drop_counts(connection, BEGIN_NS) == 1
        assert cache_counting.drop_counts(connection, BEGIN_NS + HOUR_NS - 1) == 0
        assert cache_counting.drop_counts(connection, BEGIN_NS + HOUR_NS) == 5
        left = cache_reads.counts_by_hour(connection, Period("shop", None, 0, NOW_NS))
    assert list(left) == [BEGIN_NS + HOUR_NS]
