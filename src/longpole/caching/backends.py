"""The backend that a setting names: none, an address of Redis, or another package's by its entry point.

    [project.entry-points."longpole.cache_backends"]
    memcached = "my_package:MemcachedBackend"            LONGPOLE_CACHE_BACKEND=memcached://host:11211

The part before `://` is the entry point's name; it is called with the whole
setting and the time-out in seconds, and gives a `CacheBackend`.

Upstream: `runtime`, which adds the database's own. Downstream: `redis_backend`, `null_backend`.
"""

from importlib.metadata import entry_points

from longpole.caching.backend import CacheBackend
from longpole.caching.null_backend import NullBackend
from longpole.caching.redis_urls import is_redis
from longpole.domain.errors import InvalidInputError

GROUP = "longpole.cache_backends"


def open_backend(setting: str, timeout_s: float) -> CacheBackend:
    """The backend of a name or address other than `database`.

    Raises:
        InvalidInputError: Nobody provides it.
        MissingExtraError: What it needs is not installed.
    """
    if setting == NullBackend.name:
        return NullBackend()
    if is_redis(setting):
        from longpole.caching.redis_backend import RedisBackend  # noqa: PLC0415 - only where it is wanted

        return RedisBackend(setting, timeout_s)
    scheme = setting.partition("://")[0]
    for found in entry_points(group=GROUP, name=scheme):
        made: CacheBackend = found.load()(setting, timeout_s)
        return made
    raise InvalidInputError(
        "LONGPOLE_CACHE_BACKEND", f"is database, none, redis://…, or installed as an entry point of {GROUP}", scheme
    )
