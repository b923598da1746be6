"""Addresses of Redis are read as they are written, and what is no address is refused without showing its password."""

import pytest

from longpole.caching.backends import open_backend
from longpole.caching.redis_urls import _account, _hosts, client_maker, is_redis
from longpole.domain.errors import InvalidInputError


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://localhost", True),
        ("rediss://localhost", True),
        ("valkey://localhost", True),
        ("unix:///run/redis.sock", True),
        ("redis+sentinel://a,b/main", True),
        ("REDIS+cluster://a", True),
        ("redis", False),
        ("database", False),
        ("memcached://localhost", False),
    ],
)
def test_which_are_addresses_of_redis(url: str, expected: bool) -> None:  # noqa: FBT001 - a case
    assert is_redis(url) is expected


@pytest.mark.parametrize(
    ("netloc", "kind", "expected"),
    [
        ("a", "sentinel", [("a", 26379)]),
        ("a:1,b:2", "sentinel", [("a", 1), ("b", 2)]),
        ("user:pass@a, b:7", "cluster", [("a", 6379), ("b", 7)]),
        ("[::1]:5", "cluster", [("::1", 5)]),
    ],
)
def test_several_hosts(netloc: str, kind: str, expected: list[tuple[str, int]]) -> None:
    assert _hosts(netloc, kind) == expected


@pytest.mark.parametrize(
    ("netloc", "expected"),
    [
        ("a:1", {}),
        ("user:p%40ss@a", {"username": "user", "password": "p@ss"}),
        (":secret@a,b", {"password": "secret"}),
    ],
)
def test_accounts(netloc: str, expected: dict[str, str]) -> None:
    assert _account(netloc) == expected


def test_one_server_with_its_account_and_database() -> None:
    client = client_maker("valkey://user:p%40ss@example:7000/3", 0.05)()
    said = client.connection_pool.connection_kwargs
    assert (said["host"], said["port"], said["db"]) == ("example", 7000, 3)
    assert (said["username"], said["password"]) == ("user", "p@ss")
    assert said["socket_timeout"] == said["socket_connect_timeout"] == 0.05


@pytest.mark.parametrize("url", ["redis+ring://u:secret@a", "redis://u:secret@a:port", "redis+cluster://u:secret@"])
def test_what_is_no_address_is_refused_and_its_password_not_shown(url: str) -> None:
    with pytest.raises(InvalidInputError, match="LONGPOLE_CACHE_BACKEND") as refused:
        open_backend(url, 0.05)
    assert "secret" not in str(refused.value)


def test_opening_asks_nobody() -> None:
    for url in ("redis://127.0.0.1:1", "redis+sentinel://127.0.0.1:1", "redis+cluster://127.0.0.1:1"):
        open_backend(url, 0.05).close()
