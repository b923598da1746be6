"""The three queries of the operators' handbook, letter by letter, on a PostgreSQL with rows in it."""

import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text, update

from longpole import runtime as runtime_module
from longpole.domain.cache import NewEntry, StoredEntry
from longpole.domain.scopes import Scope
from longpole.domain.units import NS_PER_DAY, nanoseconds
from longpole.runtime import Runtime
from longpole.services.cache import WorkflowCacheService as Cache
from longpole.services.performance import WorkflowPerformanceService as Performance
from longpole.settings import Settings
from longpole.store.cache_backend import database_backend
from longpole.store.engine import reading, writing
from longpole.store.tables import cache_uses

CACHE = """
    SELECT node_type, COUNT(*) AS entries, SUM(hit_count) AS total_hits, AVG(hit_count) AS avg_hits, SUM(total_time_saved) AS time_saved
      FROM workflow_cache_entries WHERE created_at >= NOW() - INTERVAL '7 days' GROUP BY node_type ORDER BY total_hits DESC;
"""  # noqa: E501 - verbatim
SLOW_WORKFLOWS = """
    SELECT workflow_id, COUNT(*) AS runs, AVG(total_execution_time) AS avg_time, MAX(total_execution_time) AS max_time
      FROM workflow_performance_metrics WHERE created_at >= NOW() - INTERVAL '7 days'
      GROUP BY workflow_id HAVING AVG(total_execution_time) > 10 ORDER BY avg_time DESC;
"""
RECOMMENDATIONS = """
    SELECT category, severity, status, COUNT(*) AS count FROM workflow_optimization_recommendations
      GROUP BY category, severity, status ORDER BY category, severity;
"""


@pytest.fixture(autouse=True)
def runtime(postgres_url: str) -> Iterator[Runtime]:
    made = Runtime(Settings(database_url=postgres_url, cache_timeout_ms=10_000.0))
    runtime_module.install(made)
    yield made
    made.close()


def answers(runtime: Runtime, query: str) -> list[tuple[Any, ...]]:
    with reading(runtime.engine) as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_cache_entries_by_node_type(runtime: Runtime) -> None:
    now_ns = time.time_ns()
    old_ns = now_ns - 8 * NS_PER_DAY
    backend = database_backend(runtime.engine, budget_s=10, write_wait_s=10)
    rows = [("llm", 3, 1.5, now_ns), ("llm", 2, 0.5, now_ns), ("code", 9, 2.0, now_ns), ("tool", 100, 1.0, old_ns)]
    for number, (node_type, hits, saved_s, created_ns) in enumerate(rows):
        stored = StoredEntry(b"j1", now_ns, now_ns, elapsed_ns=1, node_type=node_type)
        entry = NewEntry(stored, "1", is_readable_exact=True, tags=(), parts="{}", created_ns=created_ns)
        backend.put(Scope("a", "w"), str(number), 0, entry)
        with writing(runtime.engine) as connection:
            used = update(cache_uses).where(cache_uses.c.node_type == node_type, cache_uses.c.hit_count == 0)
            connection.execute(used.values(hit_count=hits, saved_ns=nanoseconds(saved_s)))
    backend.close()

    assert answers(runtime, CACHE) == [("code", 1, 9, Decimal(9), 2.0), ("llm", 2, 5, Decimal("2.5"), 2.0)]


def test_cache_entries_that_the_service_stored_and_served(runtime: Runtime) -> None:
    for number, hits in enumerate([2, 1, 0]):
        key = Cache.generate_cache_key("llm", {}, {"n": number})
        Cache.store_cached_result(
            key, "llm", {}, {"n": number}, "x" * 1_000, 2.0, app_id=f"app {number}", workflow_id="w"
        )
        for _ in range(hits):
            assert Cache.get_cached_result(key, app_id=f"app {number}", workflow_id="w") == "x" * 1_000
    Cache.store_cached_result("k", "http_request", {}, {}, {"status": 200}, 0.5)
    assert runtime.cache.counts.flush()

    assert answers(runtime, CACHE) == [("llm", 3, 3, Decimal(1), 6.0), ("http_request", 1, 0, Decimal(0), 0.0)]


def test_slow_workflows(runtime: Runtime) -> None:
    for workflow_id, seconds in [("slow", 20.0), ("slow", 10.5), ("slower", 100.0), ("quick", 10.0), ("untimed", None)]:
        Performance.record_workflow_execution("a", workflow_id, f"{workflow_id} {seconds}", seconds)

    assert answers(runtime, SLOW_WORKFLOWS) == [("slower", 1, 100.0, 100.0), ("slow", 2, 15.25, 20.0)]


def test_recommendations_by_kind(runtime: Runtime) -> None:
    for severity in ("high", "low", "high"):
        made = Performance.create_optimization_recommendation("a", "w", "t", "d", "performance", severity)
    Performance.create_optimization_recommendation("a", "w", "t", "d", "cost", "low")
    Performance.dismiss_recommendation(made.id)

    found = answers(runtime, RECOMMENDATIONS)
    assert sorted(found) == [
        ("cost", "low", "active", 1),
        ("performance", "high", "active", 1),
        ("performance", "high", "dismissed", 1),
        ("performance", "low", "active", 1),
    ]
    assert [row[0] for row in found] == ["cost", "performance", "performance", "performance"]
