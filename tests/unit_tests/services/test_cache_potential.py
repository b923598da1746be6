"""What is promised of nodes that no cache serves: from shadow mode, from advice, and never of what is cached."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from longpole import runtime as runtime_module
from longpole.domain.cache import AdvisedCaching, Counted, Counts, ShadowFigures
from longpole.domain.errors import InvalidInputError
from longpole.domain.recommendations import Category, Recommendation, RecommendationStatus, Severity
from longpole.domain.scopes import Scope
from longpole.runtime import Runtime
from longpole.services.cache import WorkflowCacheService as Cache
from longpole.services.cache_potential import potential, verdict
from longpole.store import recommendations as store

SCOPE = Scope("shop", "trip")
HOUR_NS = 3_600_000_000_000
FACTS = {
    "node_class": "read_only",
    "hit_ratio": 0.4,
    "hit_ratio_low": 0.3,
    "hit_ratio_high": 0.5,
    "pairs": 812,
    "mismatches": 0,
    "mismatch_bound": 0.0037,
    "ttl_hours": 6.0,
    "saved_s": 99.0,
}

Count = Callable[..., None]


@pytest.fixture
def count(runtime: Runtime) -> Count:
    """Plants what was counted of a node, so many hours ago."""

    def planted(node_id: str, hours_ago: float = 1, scope: Scope = SCOPE, **counts: Any) -> None:
        at_ns = runtime.clock() - round(hours_ago * HOUR_NS)
        counted = Counted(scope, "llm", node_id, "read_only")
        runtime.cache.ledger.add_counts({counted: Counts(**counts)}, {}, at_ns)

    return planted


def advise(node_id: str, rule: str = "cache_opportunities.exact", **more: Any) -> None:
    now = datetime.now(UTC)
    made = Recommendation(
        id=f"of {node_id}", app_id=SCOPE.app_id, workflow_id=SCOPE.workflow_id, title="Cache it",
        description="It repeats.",
        category=Category.COST, severity=Severity.LOW, status=more.get("status", RecommendationStatus.ACTIVE),
        created_at=now, updated_at=now, affected_nodes=(node_id,), rule=rule, facts=FACTS,
        gain={"seconds_per_run": 1.5, "usd_per_month": 12.0},
    )  # fmt: skip
    with runtime_module.unit_of_work() as connection:
        store.add(connection, made)


def shadow(matched: int, mismatched: int) -> ShadowFigures:
    return ShadowFigures(matched + mismatched, 1, 50.0, matched, mismatched, None, 1.0, Decimal(0))


@pytest.mark.parametrize(
    ("matched", "mismatched", "expected"),
    [(0, 0, "undecided"), (299, 0, "undecided"), (300, 0, "safe"), (5_000, 1, "differs"), (0, 1, "differs")],
)
def test_verdicts(matched: int, mismatched: int, expected: str) -> None:
    assert verdict(shadow(matched, mismatched)) == expected


def test_nothing_is_known(runtime: Runtime) -> None:
    assert potential(SCOPE, 7) == ()


def test_what_was_looked_on_is_told_by_node_the_most_to_save_first(count: Count) -> None:
    count("a", would_hit=20, would_miss=5, matched=20, would_save_ns=3_000_000_000, would_save_usd=Decimal("0.5"))
    count("a", hours_ago=2, would_hit=380, would_miss=0, matched=380, would_save_ns=7_000_000_000)
    count("b", would_hit=4, would_miss=4, matched=3, mismatched=1, would_save_ns=11_000_000_000)
    count("elsewhere", scope=Scope("shop", "other"), would_miss=1)
    count("long ago", hours_ago=24 * 9, would_miss=1)

    first, second = potential(SCOPE, 7)

    assert (first.node_id, first.verdict, first.node_type, first.node_class) == ("b", "differs", "llm", "read_only")
    assert second.verdict == "safe"
    assert second.shadow == ShadowFigures(400, 5, 100 * 400 / 405, 400, 0, 3 / 400, 10.0, Decimal("0.5"))
    assert second.advice is None


def test_what_is_served_since_is_no_longer_in_question(count: Count) -> None:
    count("turned on", hours_ago=30, would_hit=400, matched=400)
    count("turned on", hours_ago=3, misses=1)
    count("turned off", hours_ago=30, hits=1)
    count("turned off", hours_ago=3, would_miss=1)
    advise("turned on")

    assert [each.node_id for each in potential(SCOPE, 7)] == ["turned off"]


def test_advice_tells_of_what_nobody_looked_on(count: Count) -> None:
    count("watched", would_hit=1, matched=1)
    advise("watched")
    advise("idle", "cache_opportunities.confirm")
    advise("dismissed", status=RecommendationStatus.DISMISSED)
    advise("other advice", "cache_ttls.too_short")

    watched, idle = potential(SCOPE, 7)

    assert (watched.node_id, watched.verdict) == ("watched", "undecided")
    assert watched.advice is not None
    assert (idle.node_id, idle.node_class, idle.verdict, idle.shadow) == ("idle", "read_only", "advised", None)
    assert idle.advice == AdvisedCaching("of idle", "confirm", 0.4, 0.3, 0.5, 812, 0, 0.0037, 6.0, 1.5, 12.0)


@pytest.mark.parametrize("days", [0, 366, True])
def test_days_are_checked(runtime: Runtime, days: Any) -> None:
    with pytest.raises(InvalidInputError, match="days"):
        potential(SCOPE, days)


class TestThePeriodBefore:
    def test_as_many_days(self, count: Count) -> None:
        count("a", hits=3, misses=1)
        count("a", hours_ago=30, hits=1, misses=1, saved_ns=2_000_000_000)
        count("a", hours_ago=60, hits=50)
        previous = Cache.get_cache_statistics(*SCOPE, days=1).previous
        assert previous is not None
        assert (previous.hits, previous.hit_rate, previous.time_saved) == (1, 50.0, 2.0)

    def test_unknown_where_nothing_was_asked_or_not_all_is_kept(self, count: Count) -> None:
        count("a", hits=3)
        assert Cache.get_cache_statistics(*SCOPE, days=1).previous is None
        count("a", hours_ago=24 * 70, hits=3)
        assert Cache.get_cache_statistics(*SCOPE, days=60).previous is None
