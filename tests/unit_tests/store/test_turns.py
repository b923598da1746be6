"""One writer at a time, across threads and processes."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from longpole.domain.errors import StorageUnavailableError
from longpole.store.turns import Turns

_HOLDER = """
import sys
from pathlib import Path
from longpole.store.turns import Turns
with Turns(Path(sys.argv[1]), 10).turn():
    print("held", flush=True)
    sys.stdin.readline()
"""


def _holder(path: Path) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_turn_is_waited_for_until_another_process_is_done(tmp_path: Path) -> None:
    path = tmp_path / "x.turn"
    had = threading.Event()

    def write() -> None:
        with Turns(path, 10).turn():
            had.set()

    with _holder(path) as process:
        thread = threading.Thread(target=write)
        thread.start()
        assert not had.wait(0.2)
        process.communicate("go\n")
        assert had.wait(10)
        thread.join()


def test_a_turn_that_does_not_come_is_given_up_and_leaves_nothing_locked(tmp_path: Path) -> None:
    path = tmp_path / "x.turn"
    turns = Turns(path, 0.1)
    with _holder(path) as process:
        with pytest.raises(StorageUnavailableError, match="too long"), turns.turn():
            pass
        process.communicate("go\n")
    with Turns(path, 10).turn():  # the one who gave up lets it go as soon as it gets it
        pass
    with turns.turn():
        pass


def test_a_process_that_is_killed_gives_its_turn_up(tmp_path: Path) -> None:
    path = tmp_path / "x.turn"
    with _holder(path) as process:
        process.kill()
        with Turns(path, 10).turn():
            pass


def test_threads_of_one_process_take_turns() -> None:
    turns = Turns(None, 0.05)
    errors: list[Exception] = []

    def write() -> None:
        try:
            with turns.turn():
                pass
        except StorageUnavailableError as error:
            errors.append(error)

    with turns.turn():
        thread = threading.Thread(target=write)
        thread.start()
        thread.join()
    assert len(errors) == 1


def test_where_no_file_can_be_made_the_database_itself_is_enough(tmp_path: Path) -> None:
    with Turns(tmp_path / "missing" / "x.turn", 1).turn():
        pass
