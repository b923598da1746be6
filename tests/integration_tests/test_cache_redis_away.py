"""Redis is killed, comes back as it was, or hangs: no caller is told, and nothing that was invalidated returns."""

import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from longpole import runtime as runtime_module
from longpole.runtime import Runtime
from longpole.services.cache import WorkflowCacheService as Cache
from longpole.settings import Settings

Start = Callable[..., list[Any]]


@pytest.fixture
def runtime(sqlite_url: str, redis: Any) -> Iterator[Runtime]:
    made = Runtime(Settings(database_url=sqlite_url, cache_backend=redis.url, cache_memory=0))
    runtime_module.install(made)
    yield made
    made.close()


@pytest.fixture
def redis(make_redis: Callable[..., Any]) -> Any:
    """A Redis that writes everything to disk before it answers."""
    return make_redis("--appendonly", "yes", "--appendfsync", "always")


def store(key: str, output: Any) -> bool:
    return Cache.store_cached_result(key, "llm", {}, {}, output, 1.0)


def until(condition: Callable[[], bool]) -> None:
    """Wait until a backend that is left alone for a second is asked again."""
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def test_what_was_invalidated_while_it_was_away_does_not_come_back(runtime: Runtime, redis: Any) -> None:
    for key in ("a", "b"):
        until(lambda key=key: store(key, "old"))  # type: ignore[misc]
        until(lambda key=key: Cache.get_cached_result(key) == "old")  # type: ignore[misc]
    redis.kill()
    assert Cache.get_cached_result("a") is None
    assert Cache.invalidate_cache(cache_key="a") == 1
    redis.start()
    until(lambda: not runtime.cache.leases.is_resting)
    for _ in range(3):
        assert Cache.get_cached_result("a") is None
    until(lambda: store("a", "new"))
    until(lambda: Cache.get_cached_result("a") == "new")
    assert Cache.get_cache_statistics().errors >= 1


def test_what_was_not_invalidated_is_there_again(runtime: Runtime, redis: Any) -> None:
    until(lambda: store("a", "kept"))
    redis.kill()
    redis.start()
    until(lambda: Cache.get_cached_result("a") == "kept")


def test_one_that_hangs_costs_its_budget_once_a_second(runtime: Runtime, redis: Any) -> None:
    until(lambda: store("a", "x"))
    until(lambda: Cache.get_cached_result("a") == "x")
    before = Cache.get_cache_statistics().errors
    redis.signal(signal.SIGSTOP)
    begun, asked = time.monotonic(), 0
    while time.monotonic() < begun + 2.5:
        Cache.get_cached_result("a")
        Cache.get_or_compute("llm", {}, {"n": asked}, lambda: "made", min_seconds=0.0)
        asked += 1
    took_s = time.monotonic() - begun
    redis.signal(signal.SIGCONT)
    errors = Cache.get_cache_statistics().errors - before
    assert 1 <= errors <= took_s / 1.0 + 1, "each costs 50 ms"
    assert asked > 50, "everything else went on"
    until(lambda: Cache.get_cached_result("a") == "x")
