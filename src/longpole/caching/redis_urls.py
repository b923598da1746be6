"""Addresses of Redis and Valkey, as one server, behind Sentinel, or as a cluster.

    redis://[user:password@]host:6379/0                      rediss:// with TLS, unix:///path
    redis+sentinel://host1:26379,host2:26379/service/0       the master that Sentinel names
    redis+cluster://host1:6379,host2:6379                    a cluster, from any of its nodes
    valkey:// and so on                                      the same

Upstream: `redis_backend`.
"""

from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from longpole.domain.errors import InvalidInputError, MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Callable

    from redis import Redis

_SETTING = "LONGPOLE_CACHE_BACKEND"
_PORTS = {"sentinel": 26_379, "cluster": 6_379}
SCHEMES = ("redis", "rediss", "valkey", "valkeys", "unix")


def is_redis(url: str) -> bool:
    """Whether an address is one of these."""
    return url.partition("://")[0].partition("+")[0].lower() in SCHEMES and "://" in url


def client_maker(url: str, timeout_s: float) -> "Callable[[], Redis]":
    """Makes a client that gives up after `timeout_s`, and does not try again by itself; a cluster's must be up then.

    Raises:
        InvalidInputError: The address is none of these; a password in it is not shown.
        MissingExtraError: The package `redis` is not installed.
    """
    try:
        import redis  # noqa: F401, PLC0415 - an extra
    except ModuleNotFoundError:
        raise MissingExtraError("redis", "Redis or Valkey as the cache's backend") from None
    scheme, _, rest = url.partition("://")
    base, _, kind = scheme.lower().partition("+")
    plain = base.replace("valkeys", "rediss").replace("valkey", "redis")
    openers: dict[str, Callable[[str, dict[str, Any]], Callable[[], Redis]]] = {
        "": _one, "sentinel": _behind_sentinel, "cluster": _cluster,
    }  # fmt: skip
    if kind not in openers:
        raise InvalidInputError(_SETTING, f"knows sentinel and cluster after the plus, not {kind!r}")
    options = {"socket_timeout": timeout_s, "socket_connect_timeout": timeout_s, "retry": _no_retry()}
    try:
        return openers[kind](f"{plain}://{rest}", options)
    except (ValueError, TypeError):
        raise InvalidInputError(_SETTING, "is no address of Redis that can be read") from None


def _no_retry() -> Any:
    from redis.backoff import NoBackoff  # noqa: PLC0415 - an extra
    from redis.retry import Retry  # noqa: PLC0415 - an extra

    return Retry(NoBackoff(), 0)


def _one(url: str, options: dict[str, Any]) -> "Callable[[], Redis]":
    from redis import Redis  # noqa: PLC0415 - an extra

    client = Redis.from_url(url, **options)
    return lambda: client


def _behind_sentinel(url: str, options: dict[str, Any]) -> "Callable[[], Redis]":
    from redis.sentinel import Sentinel  # noqa: PLC0415 - an extra

    parts = urlsplit(url)
    service, _, database = parts.path.strip("/").partition("/")
    account = _account(parts.netloc) | ({"ssl": True} if parts.scheme == "rediss" else {})
    make: Callable[..., Any] = Sentinel
    sentinel = make(_hosts(parts.netloc, "sentinel"), sentinel_kwargs=dict(options), **account, **options)
    master: Redis = sentinel.master_for(service or "mymaster", db=int(database or 0))
    return lambda: master


def _cluster(url: str, options: dict[str, Any]) -> "Callable[[], Any]":
    from redis.cluster import ClusterNode, RedisCluster  # noqa: PLC0415 - an extra

    parts = urlsplit(url)
    make: Callable[..., Any] = ClusterNode
    nodes = [make(host, port) for host, port in _hosts(parts.netloc, "cluster")]
    account = _account(parts.netloc) | ({"ssl": True} if parts.scheme == "rediss" else {})
    return partial(RedisCluster, startup_nodes=nodes, **account, **options)


def _account(netloc: str) -> dict[str, Any]:
    account = netloc.rpartition("@")[0]
    user, _, password = account.partition(":")
    said = {"username": unquote(user) or None, "password": unquote(password) or None}
    return {name: value for name, value in said.items() if value is not None}


def _hosts(netloc: str, kind: str) -> list[tuple[str, int]]:
    hosts = []
    for each in netloc.rpartition("@")[2].split(","):
        host, _, port = each.strip().rpartition(":") if each.rpartition(":")[2].isdigit() else (each.strip(), "", "")
        if not host:
            raise ValueError(kind)
        hosts.append((host.strip("[]"), int(port or _PORTS[kind])))
    return hosts
