"""Bytes in Redis: one server by TCP and by socket, behind a real Sentinel, and in a real cluster of one node."""

import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import redis

from longpole.caching.redis_backend import RedisBackend
from longpole.domain.cache import NewEntry, StoredEntry
from longpole.domain.scopes import Scope

SHOP, OTHER = Scope("shop", "trip"), Scope("shop", "other")
PATIENCE_S = 10.0  # nothing here is about time, and the machine may be busy


def entry(text: str = "Hi", lasts_ms: int = 3_600_000, **changes: Any) -> NewEntry:
    now_ns = time.time_ns()
    until_ns = now_ns + lasts_ms * 1_000_000
    stored = StoredEntry(
        b"j" + text.encode(), until_ns, until_ns, 1_500_000_000, Decimal("0.25"), "llm", "answer", "sampling"
    )
    return NewEntry(stored._replace(**changes), text, is_readable_exact=True, tags=(), parts="{}", created_ns=now_ns)


@pytest.fixture(params=["tcp", "socket", "sentinel", "cluster"])
def backend(request: pytest.FixtureRequest, make_redis: Callable[..., Any], tmp_path: Path) -> Iterator[RedisBackend]:
    made = RedisBackend(_address(request.param, make_redis, tmp_path), PATIENCE_S)
    yield made
    made.close()


def _address(kind: str, make_redis: Callable[..., Any], folder: Path) -> str:
    if kind == "cluster":
        return f"redis+cluster://127.0.0.1:{_cluster(make_redis)}"
    one = make_redis()
    if kind == "socket":
        return f"unix://{one.socket}"
    if kind == "sentinel":
        config = folder / "sentinel.conf"
        config.write_text(f"sentinel monitor main 127.0.0.1 {one.port} 1\n", encoding="utf-8")
        return f"redis+sentinel://127.0.0.1:{make_redis(str(config), '--sentinel').port}/main/0"
    return str(one.url)


def _cluster(make_redis: Callable[..., Any]) -> int:
    """A cluster of one node that has all slots; it says itself when it is one."""
    node = make_redis("--cluster-enabled", "yes", "--cluster-announce-ip", "127.0.0.1")
    with redis.Redis(port=node.port) as client:
        client.execute_command("CLUSTER ADDSLOTS", *range(16_384))
        until = time.monotonic() + 30
        while client.execute_command("CLUSTER INFO")["cluster_state"] != "ok":
            assert time.monotonic() < until, "the cluster did not come up"
            time.sleep(0.01)  # there is no event to wait for
    return int(node.port)


def test_all_that_is_asked_of_a_backend(backend: RedisBackend) -> None:
    assert backend.get(SHOP, "key", 0) is None
    one, another = entry(), entry("theirs", cost_usd=None, node_type="", node_id="", node_class="")
    backend.put(SHOP, "key", 0, one)
    backend.put(OTHER, "key", 0, another)
    assert backend.get(SHOP, "key", 0) == one.stored
    assert backend.get(OTHER, "key", 0) == another.stored
    assert backend.get(SHOP, "key", 1) is None, "another epoch"
    newer = entry("newer")
    backend.put(SHOP, "key", 0, newer)
    assert backend.get(SHOP, "key", 0) == newer.stored

    assert backend.lease(SHOP, "key", "one", 30)
    assert backend.lease(SHOP, "key", "one", 30), "prolonged"
    assert not backend.lease(SHOP, "key", "two", 30)
    assert backend.lease(OTHER, "key", "two", 30)
    backend.release(SHOP, "key", "two")
    assert not backend.lease(SHOP, "key", "two", 30), "it was not theirs to give back"
    backend.release(SHOP, "key", "one")
    assert backend.lease(SHOP, "key", "two", 30)
    backend.put(SHOP, "key", 0, one)
    assert backend.lease(SHOP, "key", "three", 30), "who keeps a result gives the lease back"

    backend.put(SHOP, "more", 0, one)
    backend.drop([(SHOP, "key"), (SHOP, "more"), (OTHER, "none")], {SHOP: 0, OTHER: 0})
    assert backend.get(SHOP, "key", 0) is None
    assert backend.get(SHOP, "more", 0) is None
    assert backend.get(OTHER, "key", 0) == another.stored


def test_everything_has_a_lifetime(redis_url: str) -> None:
    backend = RedisBackend(redis_url, PATIENCE_S)
    backend.put(SHOP, "key", 0, entry(lasts_ms=60_000))
    backend.lease(SHOP, "other", "token", 30)
    with redis.Redis.from_url(redis_url) as client:
        kept = {key: client.pttl(key) for key in client.scan_iter("lp:*")}
    backend.close()
    assert len(kept) == 2
    assert all(0 < left_ms <= 60_000 for left_ms in kept.values())


def test_a_lease_ends_by_itself(redis_url: str) -> None:
    backend = RedisBackend(redis_url, PATIENCE_S)
    assert backend.lease(SHOP, "key", "one", 0.01)
    until = time.monotonic() + 10
    while not backend.lease(SHOP, "key", "two", 30):
        assert time.monotonic() < until
    backend.close()


def test_it_goes_on_with_a_server_that_was_started_again(make_redis: Callable[..., Any]) -> None:
    server = make_redis()
    backend = RedisBackend(server.url, PATIENCE_S)
    assert backend.lease(SHOP, "key", "one", 30)
    server.kill()
    with pytest.raises(redis.ConnectionError):
        backend.get(SHOP, "key", 0)
    server.start()
    assert backend.lease(SHOP, "key", "two", 30), "scripts and leases are gone with the server"
    backend.put(SHOP, "key", 0, entry())
    assert backend.get(SHOP, "key", 0) is not None
    backend.close()


def test_a_cluster_that_comes_up_later_is_found(make_redis: Callable[..., Any]) -> None:
    server = make_redis()
    server.kill()
    backend = RedisBackend(f"redis+cluster://127.0.0.1:{server.port}", PATIENCE_S)
    with pytest.raises(redis.exceptions.RedisClusterException):
        backend.get(SHOP, "key", 0)
    backend.close()
