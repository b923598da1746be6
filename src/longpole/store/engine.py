"""Opens the database: SQLite and PostgreSQL behave alike from here on.

SQLite: write-ahead log, every commit flushed to disk (acknowledged telemetry
survives a power cut), transactions that mean to write take the write lock at
their start (a later upgrade of the lock could fail).

Upstream: `runtime`. Source: the SQLAlchemy manual on pysqlite's transactions;
sqlite.org/wal.html.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from sqlite3 import OperationalError as SqliteError
from typing import Any, cast

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, InterfaceError, NoSuchModuleError, OperationalError

from longpole.domain.errors import InvalidInputError, MissingExtraError, StorageUnavailableError
from longpole.store.turns import Turns

BUSY_TIMEOUT_MS = 10_000
_LOG_BYTES = 16 << 20
"""The write-ahead log is cut back to so much after it was written back; a burst makes it longer for a while only."""
_CACHE_KIB = 16 << 10
"""Pages that each connection keeps; the system keeps the file's as well, and 64 MiB made nothing quicker."""

_WRITES = "longpole_writes"
_TURNS = "longpole_turns"


def open_engine(database_url: str) -> Engine:
    """An engine for `sqlite:///FILE` or `postgresql://…`; creates the folder of a SQLite file.

    Raises:
        InvalidInputError: If the URL is of another kind.
        MissingExtraError: If PostgreSQL's driver is not installed.
        StorageUnavailableError: If there can be no such folder.
    """
    url = _parsed(database_url)
    if url.get_backend_name() == "sqlite":
        return _open_sqlite(url)
    return _open_postgresql(url)


def _parsed(database_url: str) -> URL:
    problem = "must be sqlite:///FILE or postgresql://USER@HOST/NAME"
    try:
        url = make_url(database_url)
    except ArgumentError:
        raise InvalidInputError("LONGPOLE_DATABASE_URL", problem) from None
    if url.drivername in {"postgres", "postgresql"}:
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername not in {"sqlite", "sqlite+pysqlite", "postgresql+psycopg"}:
        raise InvalidInputError("LONGPOLE_DATABASE_URL", f"{problem}, not {url.drivername}")
    return url


def _open_postgresql(url: URL) -> Engine:
    try:
        return create_engine(
            url, pool_size=10, max_overflow=20, pool_pre_ping=True, connect_args={"connect_timeout": 10}
        )
    except (ModuleNotFoundError, NoSuchModuleError):
        raise MissingExtraError("postgres", "PostgreSQL") from None


def _open_sqlite(url: URL) -> Engine:
    beside = None
    if url.database and url.database != ":memory:":
        _make_folder(Path(url.database).expanduser().resolve().parent)
        url = url.set(database=str(Path(url.database).expanduser()))
        beside = Path(f"{url.database}.turn")
    engine = create_engine(
        url,
        pool_use_lifo=True,  # few connections are warm, the others take no memory
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False},
        execution_options={_TURNS: Turns(beside, BUSY_TIMEOUT_MS / 1000)},
    )

    @event.listens_for(engine, "connect")
    def configure(connection: SqliteConnection, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        if connection.execute("PRAGMA page_count").fetchone() == (0,):
            # Of a new file only, as on others it would wait for whoever writes: what retention frees can be given
            # back (see `disk_usage`).
            connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
        for pragma in (
            "journal_mode=WAL",
            f"journal_size_limit={_LOG_BYTES}",
            "synchronous=FULL",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            f"cache_size=-{_CACHE_KIB}",
            "temp_store=MEMORY",
            "foreign_keys=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageUnavailableError(f"the folder {folder} cannot be made: {error.strerror}") from None


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that may write; commits on success, rolls back on any exception."""
    with (
        _storage_errors(),
        _turn(engine),
        engine.connect().execution_options(**{_WRITES: True}) as connection,
        connection.begin(),
    ):
        yield connection


def _turn(engine: Engine) -> AbstractContextManager[None]:
    """On SQLite one thread of all processes at a time."""
    turns: Turns | None = engine.get_execution_options().get(_TURNS)
    return nullcontext() if turns is None else turns.turn()


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that only reads, and sees one state of the database throughout."""
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with _storage_errors(), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def outside_transactions(engine: Engine, *, while_nobody_writes: bool) -> Iterator[SqliteConnection]:
    """SQLite's own connection, for what cannot be done within a transaction; each statement stands for itself."""
    with _storage_errors(), _turn(engine) if while_nobody_writes else nullcontext():
        pooled = engine.raw_connection()
        try:
            yield cast("SqliteConnection", pooled.driver_connection)
        except SqliteError as error:
            raise StorageUnavailableError(str(error)) from error
        finally:
            pooled.close()


@contextmanager
def _storage_errors() -> Iterator[None]:
    """Say of a database that cannot be reached, is locked or full that it is unavailable."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        reason = str(error.orig).splitlines()[0] if error.orig else type(error).__name__
        raise StorageUnavailableError(reason) from error
