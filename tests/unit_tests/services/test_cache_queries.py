"""What a hit asks of the database: nothing where it is remembered, one thing otherwise."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event

from longpole import runtime as runtime_module
from longpole.runtime import Runtime
from longpole.services.cache import WorkflowCacheService as Cache
from longpole.settings import Settings
from longpole.store.cache_sqlite import SqliteBackend

HITS = 20


@pytest.fixture(params=[0, 1 << 20], ids=["not remembered", "remembered"])
def runtime(database_url: str, request: pytest.FixtureRequest) -> Iterator[Runtime]:
    made = Runtime(Settings(database_url=database_url, cache_memory=request.param, cache_timeout_ms=10_000.0))
    runtime_module.install(made)
    yield made
    made.close()


@pytest.fixture
def asked(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What this thread asks of the database, as it does."""
    seen: list[str] = []
    backend: Any = runtime.cache.backend
    event.listen(runtime.engine, "before_cursor_execute", lambda *said: seen.append(said[2]))
    if isinstance(backend, SqliteBackend):
        backend._connection().sqlite.set_trace_callback(seen.append)
    else:
        ask = backend._lines.ask
        monkeypatch.setattr(backend._lines, "ask", lambda name, *rest: (seen.append(name), ask(name, *rest))[1])
    return seen


def test_queries_of_hits(runtime: Runtime, asked: list[str], request: pytest.FixtureRequest) -> None:
    key = Cache.generate_cache_key("llm", {}, {"n": 1})
    assert Cache.store_cached_result(key, "llm", {}, {"n": 1}, "x", 1.0)
    assert Cache.get_or_compute("llm", {}, {"n": 1}, lambda: "never") == "x"
    runtime.cache.counts.flush()
    asked.clear()

    for _ in range(HITS):
        assert Cache.get_cached_result(key) == "x"
        assert Cache.get_or_compute("llm", {}, {"n": 1}, lambda: "never") == "x"
    # What is counted is written once a second, by another thread; so is what other machines invalidated read.
    of_hits = [each for each in asked if "cache_results" in each or each == "get"]
    assert len(of_hits) == (0 if runtime.settings.cache_memory else 2 * HITS)
    assert not [each for each in asked if each in {"put", "lease", "release"} or "cache_leases" in each]
