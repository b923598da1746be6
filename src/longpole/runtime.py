"""The running parts, and the one transaction at a time that everything shares.

The only ambient state: which runtime is in use (a ContextVar, so that tests
and servers side by side do not meet), and which transaction is open. Without
`use` a default runtime is built from the settings, so that the services work
in a bare script.

Upstream: `app`, `cli`, tests. Downstream: `services`.
"""

import atexit
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine

from longpole.caching.absent import absent_cache
from longpole.caching.asked import Asked
from longpole.caching.backends import open_backend
from longpole.caching.cache import Bounds, ResultCache
from longpole.caching.kept import Kept
from longpole.domain.errors import SchemaOutOfDateError, UnavailableError
from longpole.pricing.book import PriceBook
from longpole.processes.helper import HelperProcess
from longpole.settings import Settings
from longpole.store import engine as store_engine
from longpole.store import schema
from longpole.store.cache_backend import WRITE_WAIT_S, database_backend
from longpole.store.cache_generations import SharedGenerations
from longpole.store.cache_ledger import DatabaseLedger

if TYPE_CHECKING:
    from longpole.caching.backend import CacheBackend

Clock = Callable[[], int]
_log = logging.getLogger(__name__)
_REST_S, _REST_FACTOR = 1.0, 5
"""How long a database that was not there is not looked for, and at least so many times what looking took."""


@dataclass
class Runtime:
    """The parts that work together; each is made when it is first needed.

    `clock` gives nanoseconds since the epoch.
    """

    settings: Settings = field(default_factory=Settings)
    clock: Clock = time.time_ns
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    _engine: Engine | None = field(default=None, repr=False)
    _price_book: PriceBook | None = field(default=None, repr=False)
    _helper: HelperProcess | None = field(default=None, repr=False)
    _cache: tuple[int, ResultCache] | None = field(default=None, repr=False)
    _no_cache: tuple[float, ResultCache] | None = field(default=None, repr=False)
    asked: Asked = field(default_factory=Asked, repr=False)
    """Which nodes the cache's last keys were made for."""
    kept: Kept = field(default_factory=Kept, repr=False)
    """What took long to make and is likely to be asked for again at once."""

    @property
    def engine(self) -> Engine:
        """The database, migrated (or, with `auto_migrate` off, known to be)."""
        with self._lock:
            if self._engine is None:
                engine = store_engine.open_engine(self.settings.database_url)
                if self.settings.auto_migrate:
                    schema.ensure_current(engine)
                else:
                    schema.require_current(engine)
                self._engine = engine
            return self._engine

    @property
    def price_book(self) -> PriceBook:
        """What calls cost; read from `settings.prices` and the built-in table when first needed."""
        with self._lock:
            if self._price_book is None:
                self._price_book = PriceBook.load(self.settings.prices)
            return self._price_book

    @property
    def helper(self) -> HelperProcess | None:
        """A process beside this one on the same database; None where there can be none."""
        if self.clock is not time.time_ns or ":memory:" in self.settings.database_url:
            return None
        with self._lock:
            if self._helper is None:
                self._helper = HelperProcess(_begin_beside, self.settings.model_dump())
            return self._helper

    @property
    def cache(self) -> ResultCache:
        """Results of nodes; a forked child gets one of its own. Without a database it keeps none, and looks again.

        Raises:
            InvalidInputError: The setting of the backend names none.
        """
        mine = self._cache
        if mine is not None and mine[0] == os.getpid():
            return mine[1]
        with self._lock:
            if self._cache is None or self._cache[0] != os.getpid():
                return self._begin_cache()
            return self._cache[1]

    def _begin_cache(self) -> ResultCache:
        begun = time.monotonic()
        if self._no_cache is not None and begun < self._no_cache[0]:
            return self._no_cache[1]
        try:
            made = _result_cache(self.engine, self.settings, self.clock)
        except (UnavailableError, SchemaOutOfDateError) as error:
            _log.warning("nothing is cached while there is no database: %s", type(error).__name__)
            now = time.monotonic()
            absent = absent_cache(self.clock, error)
            self._no_cache = (now + max(_REST_S, _REST_FACTOR * (now - begun)), absent)
            return absent
        _left_to_parents.append(self._cache)
        self._cache = (os.getpid(), made)
        return made

    def close_helper(self) -> None:
        """End the process beside this one, within seconds. Who was given it before is told that it ended."""
        with self._lock:
            helper, self._helper = self._helper, None
        if helper is not None:
            helper.close()

    def close(self) -> None:
        """End the process beside this one, write what the cache counted, and give back the database's connections."""
        self.close_helper()
        with self._lock:
            if self._cache is not None and self._cache[0] == os.getpid():
                self._cache[1].close()
            self._cache = None
            if self._engine is not None:
                self._engine.dispose()
                self._engine = None


_left_to_parents: list[object] = []
"""What a forked child has of its parent and must not close."""


@atexit.register
def _write_counts() -> None:
    """A program that ends within a second of a hit has not lost it."""
    for here in _default:
        mine = here._cache  # noqa: SLF001 - of this module's own class
        if mine is not None and mine[0] == os.getpid():
            mine[1].counts.flush()


def _result_cache(engine: Engine, settings: Settings, clock: Clock) -> ResultCache:
    """The cache, on what the settings name: here those who know nothing of each other are introduced."""
    timeout_s = settings.cache_timeout_ms / 1_000
    generations = SharedGenerations(engine)
    backend: CacheBackend
    if settings.cache_backend == "database":
        backend = database_backend(engine, timeout_s, max(WRITE_WAIT_S, timeout_s))
    else:
        backend = open_backend(settings.cache_backend, timeout_s)
    bounds = Bounds(settings.cache_memory, settings.cache_max_entry, settings.cache_lease_seconds)
    return ResultCache(backend, DatabaseLedger(engine, generations), generations, clock, bounds)


def _begin_beside(settings: dict[str, Any]) -> None:
    """In the helper process: work on the same database."""
    install(Runtime(Settings(**settings)))


_current: ContextVar[Runtime | None] = ContextVar("longpole_runtime", default=None)
_default: list[Runtime] = []
_default_lock = threading.Lock()
_transaction: ContextVar[tuple[Runtime, Connection, bool] | None] = ContextVar("longpole_transaction", default=None)


def current() -> Runtime:
    """The runtime in use here, else the process's default one."""
    here = _current.get()
    if here is not None:
        return here
    try:
        return _default[0]
    except IndexError:
        with _default_lock:
            if not _default:
                _default.append(Runtime())
            return _default[0]


@contextmanager
def use(runtime: Runtime) -> Iterator[Runtime]:
    """Use `runtime` within the block, in this thread or task only."""
    token = _current.set(runtime)
    try:
        yield runtime
    finally:
        _current.reset(token)


def install(runtime: Runtime | None) -> None:
    """Make `runtime` the default of the whole process (None: build one from the settings when needed)."""
    with _default_lock:
        _default[:] = [] if runtime is None else [runtime]


@contextmanager
def unit_of_work() -> Iterator[Connection]:
    """One transaction that may write. Commits on success, rolls back on any exception; nested calls join it."""
    with _join_or_open(writes=True) as connection:
        yield connection


@contextmanager
def reading() -> Iterator[Connection]:
    """One transaction that only reads and sees one state throughout; joins the one that is open."""
    with _join_or_open(writes=False) as connection:
        yield connection


def is_in_transaction() -> bool:
    """Whether a transaction is open here, which `unit_of_work` and `reading` would join."""
    open_now = _transaction.get()
    return open_now is not None and open_now[0] is current()


@contextmanager
def _join_or_open(*, writes: bool) -> Iterator[Connection]:
    runtime = current()
    open_now = _transaction.get()
    if open_now is not None and open_now[0] is runtime:
        if writes and not open_now[2]:
            raise RuntimeError("unit_of_work() inside reading(): open the unit of work first")
        yield open_now[1]
        return
    opened = store_engine.writing if writes else store_engine.reading
    with opened(runtime.engine) as connection:
        token = _transaction.set((runtime, connection, writes))
        try:
            yield connection
        finally:
            _transaction.reset(token)
