"""Nobody waits for a cache that is busy or away, and a forked child has one of its own."""

import multiprocessing
import socket
import threading
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection

import pytest
from sqlalchemy import text

from longpole.domain.cache import NewEntry, StoredEntry
from longpole.domain.errors import StorageUnavailableError
from longpole.domain.scopes import Scope
from longpole.runtime import Runtime
from longpole.store.cache_backend import DatabaseBackend, database_backend
from longpole.store.engine import open_engine, writing

SHOP = Scope("shop", "trip")
PATIENT_S = 10.0


def entry(readable: str) -> NewEntry:
    stored = StoredEntry(b"j" + readable.encode(), 1 << 60, 1 << 60, elapsed_ns=1_000)
    return NewEntry(stored, readable, is_readable_exact=True, tags=(), parts="{}", created_ns=0)


@pytest.fixture
def backend(runtime: Runtime) -> Iterator[DatabaseBackend]:
    made = database_backend(runtime.engine, budget_s=PATIENT_S, write_wait_s=PATIENT_S)
    made.put(SHOP, "key", 0, entry('"here"'))
    yield made
    made.close()


def test_while_others_write_hits_go_on_and_results_are_given_up(runtime: Runtime, backend: DatabaseBackend) -> None:
    hurried = database_backend(runtime.engine, budget_s=PATIENT_S, write_wait_s=0.2)
    hurried.put(SHOP, "first", 0, entry('"connected"'))
    with writing(runtime.engine) as connection:
        connection.execute(text("UPDATE cache_uses SET hit_count = hit_count + 1"))
        began = time.monotonic()
        with pytest.raises(Exception, match=r"too long|in time|timeout"):
            hurried.put(SHOP, "key", 0, entry('"new"'))
        waited_s = time.monotonic() - began
        assert backend.get(SHOP, "key", 0) == entry('"here"').stored

    assert 0.15 < waited_s < PATIENT_S / 2
    backend.put(SHOP, "key", 0, entry('"new"'))
    assert hurried.get(SHOP, "key", 0) == entry('"new"').stored
    hurried.close()


def test_a_server_that_never_answers_is_given_up_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        engine = open_engine(f"postgresql://nobody@127.0.0.1:{silent.getsockname()[1]}/nowhere")
        backend = database_backend(engine, budget_s=0.05)
        began = time.monotonic()
        with pytest.raises(StorageUnavailableError):
            backend.get(SHOP, "key", 0)
        assert time.monotonic() - began < 2
        backend.close()


def test_a_server_that_is_not_there_is_said_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    backend = database_backend(open_engine(f"postgresql://nobody@127.0.0.1:{port}/nowhere"), budget_s=PATIENT_S)
    with pytest.raises(StorageUnavailableError, match="no connection"):
        backend.get(SHOP, "key", 0)
    backend.close()


def test_a_server_that_closed_its_connections_is_asked_again(postgres_url: str) -> None:
    engine = open_engine(postgres_url)
    backend = database_backend(engine, budget_s=PATIENT_S, write_wait_s=PATIENT_S)
    backend.put(SHOP, "key", 0, entry('"here"'))
    with writing(engine) as connection:
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        connection.execute(text(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {others}"))
    with pytest.raises(StorageUnavailableError):
        backend.get(SHOP, "key", 0)

    assert backend.get(SHOP, "key", 0) == entry('"here"').stored
    backend.close()
    engine.dispose()


def in_child(backend: DatabaseBackend, pipe: Connection) -> None:
    found = backend.get(SHOP, "key", 0)
    backend.put(SHOP, "of the child", 0, entry('"child"'))
    pipe.send(None if found is None else found.body)
    backend.close()


# A child is forked on purpose while threads are about: what is theirs must not be closed in it.
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_has_connections_of_its_own(backend: DatabaseBackend) -> None:
    asked, done = threading.Barrier(2), threading.Event()
    found: list[StoredEntry | None] = []

    def ask() -> None:
        found.append(backend.get(SHOP, "key", 0))
        asked.wait()
        done.wait()
        found.append(backend.get(SHOP, "key", 0))

    other = threading.Thread(target=ask)
    other.start()
    asked.wait()
    here, there = multiprocessing.Pipe()
    child = multiprocessing.get_context("fork").Process(target=in_child, args=(backend, there))
    child.start()
    there.close()
    assert here.recv() == b'j"here"'
    child.join()
    done.set()
    other.join()

    assert child.exitcode == 0
    assert found == [entry('"here"').stored] * 2
    assert backend.get(SHOP, "of the child", 0) == entry('"child"').stored


def outlive(backend: DatabaseBackend, pipe: Connection) -> None:
    backend.put(SHOP, "before", 0, entry('"before"'))
    pipe.send("forked")
    assert pipe.recv() == "closed"
    for number in range(20):
        backend.put(SHOP, f"after {number}", 0, entry(f"{number}"))
    backend.close()


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_what_a_child_writes_outlives_its_parents_connections(sqlite_url: str) -> None:
    """SQLite itself would lose it: see `store.forks`."""
    engine = open_engine(sqlite_url)
    backend = database_backend(engine, budget_s=PATIENT_S, write_wait_s=PATIENT_S)
    backend.put(SHOP, "key", 0, entry('"here"'))
    here, there = multiprocessing.Pipe()
    child = multiprocessing.get_context("fork").Process(target=outlive, args=(backend, there))
    child.start()
    there.close()
    assert here.recv() == "forked"
    backend.close()
    engine.dispose()
    here.send("closed")
    child.join()
    assert child.exitcode == 0

    again = database_backend(open_engine(sqlite_url), budget_s=PATIENT_S)
    assert again.get(SHOP, "before", 0) == entry('"before"').stored
    assert [again.get(SHOP, f"after {n}", 0) for n in range(20)] == [entry(f"{n}").stored for n in range(20)]
    again.close()


def test_connections_of_ended_threads_are_closed(sqlite_url: str) -> None:
    engine = open_engine(sqlite_url)
    backend = database_backend(engine)
    for _ in range(5):
        thread = threading.Thread(target=backend.get, args=(SHOP, "key", 0))
        thread.start()
        thread.join()

    assert len(getattr(backend, "_connections")) == 0  # noqa: B009 - of one of the two backends
    backend.close()
    engine.dispose()
