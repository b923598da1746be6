"""An invalidation is known to every process: of the machine at once, of others within a second; on both databases."""

import gc
import multiprocessing
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from sqlalchemy import text

from longpole.domain.cache import Criteria
from longpole.domain.scopes import Scope
from longpole.runtime import Runtime
from longpole.settings import Settings
from longpole.store.cache_generations import SharedGenerations
from longpole.store.cache_ledger import DatabaseLedger
from longpole.store.engine import open_engine, writing
from longpole.store.shared_numbers import FIRST, SLOTS, SharedNumbers

SHOP = Scope("shop", "trip")
ALL_OF_SHOP = Criteria("shop", "trip")


@pytest.fixture
def generations(runtime: Runtime) -> Iterator[SharedGenerations]:
    made = SharedGenerations(runtime.engine)
    yield made
    made.close()


def eventually(holds: Callable[[], bool], within_s: float = 20.0) -> bool:
    until = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


WATCH = """
import sys
from longpole.domain.cache import Criteria
from longpole.domain.scopes import Scope
from longpole.store.cache_generations import SharedGenerations
from longpole.store.cache_ledger import DatabaseLedger
from longpole.store.engine import open_engine

engine = open_engine(sys.argv[1])
generations = SharedGenerations(engine)
for order in sys.stdin:
    if order == "remove\\n":
        DatabaseLedger(engine, generations).remove(Criteria("shop", "trip"))
    print(generations.of(Scope("shop", "trip")), flush=True)
generations.close()
engine.dispose()
"""


def test_another_process_knows_at_once(runtime: Runtime, database_url: str, generations: SharedGenerations) -> None:
    def ask(order: str) -> int:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(f"{order}\n")
        child.stdin.flush()
        return int(child.stdout.readline())

    command = [sys.executable, "-c", WATCH, database_url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        before = generations.of(SHOP)
        assert ask("look") == before

        DatabaseLedger(runtime.engine, generations).remove(ALL_OF_SHOP)
        after = ask("look")
        assert after == generations.of(SHOP) != before

        assert ask("remove") == generations.of(SHOP) != after
    assert child.returncode == 0


def in_child(generations: SharedGenerations, ledger: DatabaseLedger, pipe: Connection) -> None:
    first = generations.of(SHOP)
    ledger.remove(ALL_OF_SHOP)
    pipe.send((first, generations.of(SHOP)))
    time.sleep(0.01)
    pipe.send(generations._poller is not None and generations._poller.is_alive())


# A child is forked on purpose while threads are about: they are what it must not wait for.
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_goes_on_with_the_same_numbers(runtime: Runtime, generations: SharedGenerations) -> None:
    before = generations.of(SHOP)
    ledger = DatabaseLedger(runtime.engine, generations)
    here, there = multiprocessing.Pipe()
    child = multiprocessing.get_context("fork").Process(target=in_child, args=(generations, ledger, there))
    child.start()
    there.close()

    first, then = here.recv()
    assert (first, generations.of(SHOP)) == (before, then)
    assert then != before
    assert here.recv()
    child.join()
    assert child.exitcode == 0
    ledger.remove(ALL_OF_SHOP)
    assert generations.of(SHOP) != then


def test_who_has_only_the_database_in_common_knows_within_a_second(runtime: Runtime, tmp_path: Path) -> None:
    """As another machine does, and as after a process that ended before it had told the others."""
    generations = SharedGenerations(runtime.engine)
    before, slot = generations.of(SHOP), generations._slots[SHOP] - FIRST
    with writing(runtime.engine) as connection:
        connection.execute(text(f"INSERT INTO cache_generations VALUES ({slot}, 1)"))

    assert eventually(lambda: generations.of(SHOP) != before)
    generations.close()


def test_watching_outlives_a_database_that_is_away(
    runtime: Runtime, generations: SharedGenerations, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[None] = []
    look = generations._look

    def fail_at_first() -> None:
        looked.append(None)
        if len(looked) == 1:
            raise OSError("away")
        look()

    monkeypatch.setattr(generations, "_look", fail_at_first)
    generations.of(SHOP)
    assert eventually(lambda: len(looked) > 2)


def test_an_epoch_that_cannot_be_known_is_one_under_which_nothing_is_kept(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'empty.db'}")
    generations = SharedGenerations(engine)

    epochs = {generations.epoch(SHOP) for _ in range(5)}
    assert (len(epochs), max(epochs) < 0) == (5, True)
    generations.close()
    engine.dispose()


def test_closing_ends_the_thread(runtime: Runtime) -> None:
    generations = SharedGenerations(runtime.engine)
    generations.of(SHOP)
    poller = generations._poller
    generations.close()

    assert poller is not None
    assert eventually(lambda: not poller.is_alive())
    assert isinstance(generations.of(SHOP), int)


@pytest.mark.parametrize("path", ["numbers", None])
def test_a_slot_changes_whenever_the_database_says_something_new(tmp_path: Path, path: str | None) -> None:
    """Also something older: the database was replaced."""
    shared = SharedNumbers(None if path is None else tmp_path / path)
    seen = []
    for said in ({7: 1}, {7: 1}, {7: 2, SLOTS - 1: 5}, {7: 1}):
        shared.note(said)
        seen.append((shared.numbers[FIRST + 7], shared.numbers[FIRST + SLOTS - 1]))

    assert seen == [(1, 0), (1, 0), (2, 1), (3, 1)]


def test_two_who_change_numbers_at_once_lose_none(tmp_path: Path) -> None:
    sharing = [SharedNumbers(tmp_path / "numbers") for _ in range(4)]

    def change(shared: SharedNumbers) -> None:
        for _ in range(200):
            shared.stamp()

    threads = [threading.Thread(target=change, args=(shared,)) for shared in sharing]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {shared.numbers[1] for shared in sharing} == {800}


@pytest.mark.parametrize("content", [b"something else entirely", None])
def test_without_such_a_file_numbers_are_the_process_own(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "there" / "numbers"
    if content is None:
        (tmp_path / "there").touch()  # no folder
    else:
        path.parent.mkdir()
        path.write_bytes(content)
    shared = SharedNumbers(path)
    shared.note({3: 1})

    assert (shared.is_shared, shared.numbers[FIRST + 3]) == (False, 1)


@pytest.mark.filterwarnings("error")
def test_a_look_that_takes_longer_than_its_runtime_leaves_no_connection_open(postgres_url: str) -> None:
    made = Runtime(Settings(database_url=postgres_url))
    generations = made.cache.generations
    assert isinstance(generations, SharedGenerations)
    blocker = open_engine(postgres_url)
    with blocker.connect() as connection:
        connection.execute(text("LOCK TABLE cache_generations IN ACCESS EXCLUSIVE MODE"))
        generations.of(Scope("shop", "trip"))
        while not connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
            connection.execute(text("SELECT pg_sleep(0.01)"))
        made.close()
        connection.rollback()
    assert generations._poller is not None
    generations._poller.join(30)
    gc.collect()  # a connection that nobody closed says so now
    with blocker.connect() as connection:
        others = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle'")
        assert eventually(lambda: (connection.rollback(), connection.scalar(others))[1] == 0)
    blocker.dispose()
