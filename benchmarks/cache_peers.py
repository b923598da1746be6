"""Caches that are measured side by side, each behind the same three calls: ours in all its tiers, and our peers.

What a peer keeps is what its users give it: a dictionary, in the form that the
peer chooses; where it takes bytes only, JSON by the quickest writer there is.

Downstream: `cache`, `cache_processes`.
"""
# ruff: noqa: PLC0415 - each peer is imported only where it is installed

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import msgspec

from longpole import runtime
from longpole.runtime import Runtime
from longpole.services.cache import WorkflowCacheService
from longpole.settings import Settings

CONFIG = {"model": "gpt-4o-mini", "temperature": 0, "prompt": "Answer the question of the customer. " * 10}
"""450 bytes of a node's configuration."""
_HOUR_S = 3_600


@dataclass(frozen=True, slots=True)
class Where:
    """Where a cache keeps what it keeps."""

    folder: Path
    postgres_url: str = ""
    redis_url: str = ""


class Store(Protocol):
    """A cache; `loop` is set where it is to be awaited."""

    loop: asyncio.AbstractEventLoop | None

    def get(self, key: str) -> Any:
        """What is kept, else None."""

    def put(self, key: str, value: Any) -> Any:
        """Keep it."""

    def compute(self, key: str, produce: Callable[[], Any]) -> Any:
        """What is kept, else what is made now."""

    def begin(self) -> None:
        """Be the one that is asked from now on."""

    def close(self) -> None:
        """Give back what it holds."""


class _Plain:
    """What its users write around a cache that has no more than get and put."""

    loop: asyncio.AbstractEventLoop | None = None
    get: Callable[[str], Any]
    put: Callable[[str, Any], Any]

    def begin(self) -> None:
        """Be the one that is asked from now on."""

    def compute(self, key: str, produce: Callable[[], Any]) -> Any:
        """What is kept, else what is made now, by whoever asks."""
        found = self.get(key)
        if found is None:
            found = produce()
            self.put(key, found)
        return found

    def close(self) -> None:
        """Nothing is held."""


class Longpole(_Plain):
    """Ours, through the public calls."""

    def __init__(self, database_url: str, **settings: Any) -> None:
        # What is measured is time; a machine that is busy with other things is not to change what is done.
        self.runtime = Runtime(Settings(database_url=database_url, cache_timeout_ms=2_000.0, **settings))
        runtime.install(self.runtime)
        self.get = WorkflowCacheService.get_cached_result

    def begin(self) -> None:
        """Be the one that is asked, among several of ours in this process."""
        runtime.install(self.runtime)

    def put(self, key: str, value: Any) -> Any:  # type: ignore[override]  # ours says whether it is kept
        """Keep it; what the cache could not is a miss later."""
        return WorkflowCacheService.store_cached_result(key, "llm", CONFIG, {"n": 1}, value, 1.0)

    def compute(self, key: str, produce: Callable[[], Any]) -> Any:
        """With one producer for all."""
        return WorkflowCacheService.get_or_compute("llm", CONFIG, {"key": key}, produce, min_seconds=0.0)

    def close(self) -> None:
        """Write what was counted."""
        self.runtime.close()


class _Diskcache(_Plain):
    def __init__(self, where: Where) -> None:
        import diskcache

        self._cache = diskcache.Cache(str(where.folder / "diskcache"))
        self.get = self._cache.get
        self.put = lambda key, value: self._cache.set(key, value, expire=_HOUR_S)
        self.close = self._cache.close  # type: ignore[method-assign]  # closing is the cache's own


class _DiskcacheJson(_Diskcache):
    def __init__(self, where: Where) -> None:
        super().__init__(where)
        get, decode, encode = self._cache.get, msgspec.json.Decoder().decode, msgspec.json.Encoder().encode
        self.get = lambda key: None if (found := get(key)) is None else decode(found)
        self.put = lambda key, value: self._cache.set(key, encode(value), expire=_HOUR_S)


class _Langgraph(_Plain):
    def __init__(self, cache: Any) -> None:
        space = ("node",)
        self.get = lambda key: cache.get([(space, key)]).get((space, key))
        self.put = lambda key, value: cache.set({(space, key): (value, _HOUR_S)})


def _langgraph_memory(_where: Where) -> Store:
    from langgraph.cache.memory import InMemoryCache

    return _Langgraph(InMemoryCache())


def _langgraph_sqlite(where: Where) -> Store:
    from langgraph.cache.sqlite import SqliteCache

    return _Langgraph(SqliteCache(path=str(where.folder / "langgraph.db")))


class _Joblib(_Plain):
    """Calls of a function; what it gives is told it beforehand."""

    def __init__(self, where: Where) -> None:
        import joblib

        memory = joblib.Memory(str(where.folder / "joblib"), verbose=0)
        self.get = memory.cache(_joblib_node, ignore=["produce"])

    def put(self, key: str, value: Any) -> Any:  # type: ignore[override]  # ours says whether it is kept
        return self.get(key, lambda: value)

    def compute(self, key: str, produce: Callable[[], Any]) -> Any:
        return self.get(key, produce)


def _joblib_node(key: str, produce: Callable[[], Any] | None = None) -> Any:  # noqa: ARG001 - the key is the key
    return None if produce is None else produce()


class _Cashews(_Plain):
    """Awaited; each call in one event loop that goes on."""

    def __init__(self, where: Where) -> None:
        from cashews import Cache

        self._cache = Cache()
        self._cache.setup(f"disk://?directory={where.folder / 'cashews'}&shards=1")
        self.loop = asyncio.new_event_loop()
        self.get = self._cache.get
        self.put = lambda key, value: self._cache.set(key, value, expire=_HOUR_S)

    async def compute_async(self, key: str, produce: Callable[[], Awaitable[Any]]) -> Any:
        """As its decorator does: one awaits the lock of the key, the others await him."""
        async with self._cache.lock(f"lock:{key}", expire=_HOUR_S):
            found = await self._cache.get(key)
            if found is None:
                found = await produce()
                await self._cache.set(key, found, expire=_HOUR_S)
            return found

    def close(self) -> None:
        assert self.loop is not None
        self.loop.run_until_complete(self._cache.close())
        self.loop.close()


class _Redis(_Plain):
    def __init__(self, where: Where) -> None:
        import redis

        client = redis.Redis.from_url(where.redis_url)
        decode, encode = msgspec.json.Decoder().decode, msgspec.json.Encoder().encode
        self.get = lambda key: None if (found := client.get(f"peer:{key}")) is None else decode(found)
        self.put = lambda key, value: client.set(f"peer:{key}", encode(value), ex=_HOUR_S)
        self.close = client.close  # type: ignore[method-assign]  # closing is the cache's own


def _sqlite(where: Where) -> str:
    return f"sqlite:///{where.folder / 'longpole.db'}"


Open = Callable[[Where], Store]
OURS: Mapping[str, Open] = {
    "Longpole, memory over SQLite": lambda where: Longpole(_sqlite(where)),
    "Longpole, SQLite": lambda where: Longpole(_sqlite(where), cache_memory=0),
    "Longpole, PostgreSQL": lambda where: Longpole(where.postgres_url, cache_memory=0),
    "Longpole, Redis": lambda where: Longpole(_sqlite(where), cache_memory=0, cache_backend=where.redis_url),
}
_PEERS: Mapping[str, tuple[str, str, Open]] = {
    "diskcache": ("diskcache", "diskcache", _Diskcache),
    "diskcache, JSON": ("diskcache", "diskcache", _DiskcacheJson),
    "LangGraph InMemoryCache": ("langgraph", "langgraph", _langgraph_memory),
    "LangGraph SqliteCache": ("langgraph.cache.sqlite", "langgraph-checkpoint-sqlite", _langgraph_sqlite),
    "joblib.Memory": ("joblib", "joblib", _Joblib),
    "cashews, disk": ("cashews", "'cashews[diskcache]'", _Cashews),
    "redis-py": ("redis", "'redis[hiredis]'", _Redis),
}


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def absent() -> list[str]:
    """Lines about the peers that are not installed."""
    return [
        f"{name} is skipped: pip install {package}"
        for name, (module, package, _) in _PEERS.items()
        if not _is_there(module)
    ]


def openers(where: Where) -> dict[str, Open]:
    """All that can be measured here, ours first."""
    ours = {
        name: opened
        for name, opened in OURS.items()
        if ("PostgreSQL" not in name or where.postgres_url) and ("Redis" not in name or where.redis_url)
    }
    peers = {
        name: opened
        for name, (module, _, opened) in _PEERS.items()
        if _is_there(module) and (name != "redis-py" or where.redis_url)
    }
    return ours | peers


def new_folder() -> Path:
    """A folder for what is kept, in memory where there is such a place: disks differ too much."""
    shared = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="lp-bench-", dir=shared if shared.is_dir() else None))
