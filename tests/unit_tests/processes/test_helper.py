"""A process beside does what it is told, bears what is not meant for it, and never outlives or holds up its user."""

import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from longpole.domain.errors import RunNotFoundError
from longpole.domain.runs import Run, RunRecord
from longpole.processes.helper import LANES, HelperEndedError, HelperProcess
from longpole.processes.helper_main import UnspeakableError, _packed_error
from longpole.runtime import Runtime
from longpole.services import rollups, runs
from longpole.store.engine import writing
from longpole.store.run_writes import write_records
from longpole.upkeep.rollups import refresh

PATIENCE_S = 20.0


@pytest.fixture
def helper() -> Iterator[HelperProcess]:
    made = HelperProcess(os.getpid)
    yield made
    made.close()


def ends(pid: int) -> bool:
    pause = threading.Event()
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        pause.wait(0.01)
    return False


def test_it_works_elsewhere_and_always_in_the_same_process(helper: HelperProcess) -> None:
    before = helper.is_running
    pid = helper.do(os.getpid)
    assert (before, helper.is_running) == (False, True)
    assert pid != os.getpid()
    assert helper.do(os.getpid) == pid


def test_callers_do_not_wait_for_each_other(helper: HelperProcess, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = threading.Thread(target=helper.do, args=(Path.read_text, pipe))
    reader.start()
    assert helper.do(Path.write_text, pipe, "for the other one") == 17
    reader.join(PATIENCE_S)
    assert not reader.is_alive()
    assert LANES == 2


def test_what_is_raised_there_is_raised_here_and_says_where(helper: HelperProcess) -> None:
    with pytest.raises(KeyError) as caught:
        helper.do(dict.__getitem__, {}, "absent")
    assert "helper_main.py" in "".join(caught.value.__notes__)


def test_what_cannot_be_passed_on_is_named(helper: HelperProcess) -> None:
    with pytest.raises(TypeError, match="pickle"):
        helper.do(threading.Lock)
    with pytest.raises(SystemExit):
        helper.do(sys.exit, 4)
    result, error = pickle.loads(_packed_error(KeyError(threading.Lock())))
    assert (result, error[:2]) == (None, (UnspeakableError, ("KeyError",)))
    assert helper.do(Decimal, "1.5") == Decimal("1.5")


def test_another_one_takes_the_place_of_one_that_died(helper: HelperProcess) -> None:
    first = helper.do(os.getpid)
    with pytest.raises(HelperEndedError, match="unexpectedly"):
        helper.do(os._exit, 1)
    assert not helper.is_running
    assert helper.do(os.getpid) != first


def test_one_that_is_killed_at_work_is_noticed_at_once(helper: HelperProcess) -> None:
    pid = helper.do(os.getpid)
    killer = threading.Timer(0.2, os.kill, (pid, signal.SIGKILL))
    killer.start()
    begun = time.monotonic()
    with pytest.raises(HelperEndedError):
        helper.do(time.sleep, PATIENCE_S)
    killer.join()
    assert time.monotonic() - begun < PATIENCE_S / 2


def test_one_that_died_idle_is_not_missed(helper: HelperProcess) -> None:
    pid = helper.do(os.getpid)
    os.kill(pid, signal.SIGKILL)
    pause = threading.Event()
    until = time.monotonic() + PATIENCE_S
    while helper.is_running:  # the system has to end its threads first
        assert time.monotonic() < until
        pause.wait(0.01)
    assert helper.do(os.getpid) != pid


def test_signals_for_a_whole_group_do_not_end_it_under_its_users_hands(helper: HelperProcess) -> None:
    pid = helper.do(os.getpid)
    assert os.getpgid(pid) != os.getpgid(0)
    for sign in (signal.SIGTERM, signal.SIGINT):
        os.kill(pid, sign)
    assert helper.do(os.getpid) == pid


def test_one_that_takes_too_long_is_ended() -> None:
    hasty = HelperProcess(os.getpid, longest_s=0.3)
    try:
        with pytest.raises(HelperEndedError, match="in time"):
            hasty.do(time.sleep, PATIENCE_S)
    finally:
        hasty.close()


def test_one_that_cannot_begin_is_not_started_again_and_again(capfd: pytest.CaptureFixture[str]) -> None:
    unfit = HelperProcess(os._exit, 3)
    try:
        with pytest.raises(HelperEndedError, match="unexpectedly"):
            unfit.do(os.getpid)
        with pytest.raises(HelperEndedError, match="did not start a moment ago"):
            unfit.do(os.getpid)
    finally:
        unfit.close()
    assert capfd.readouterr().err == ""


def test_closing_lets_finish_what_is_short_and_takes_nothing_more(helper: HelperProcess) -> None:
    pid = helper.do(os.getpid)
    answers: list[str] = []
    working = threading.Event()

    def work() -> None:
        working.set()
        answers.append(helper.do(time.strftime, "%%"))

    worker = threading.Thread(target=work)
    worker.start()
    working.wait(PATIENCE_S)
    worker.join(PATIENCE_S)
    helper.close()
    assert answers == ["%"]
    assert ends(pid)
    with pytest.raises(HelperEndedError, match="closed"):
        helper.do(os.getpid)


def test_closing_does_not_wait_for_what_is_long(helper: HelperProcess) -> None:
    helper.do(os.getpid)
    errors: list[HelperEndedError] = []

    def work() -> None:
        try:
            helper.do(time.sleep, 600)
        except HelperEndedError as error:
            errors.append(error)

    worker = threading.Thread(target=work)
    worker.start()
    time.sleep(0.1)
    begun = time.monotonic()
    helper.close()
    worker.join(PATIENCE_S)
    assert len(errors) == 1
    assert time.monotonic() - begun < PATIENCE_S


_PARENT = """
import os, threading, time
from longpole.processes.helper import HelperProcess
helper = HelperProcess(os.getpid)
print(helper.do(os.getpid), flush=True)
helper.do(time.sleep, 600)
"""


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_it_ends_with_the_process_that_started_it_even_at_work(sign: signal.Signals) -> None:
    parent = subprocess.Popen([sys.executable, "-c", _PARENT], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert parent.stdout is not None
    with parent, parent.stdout:
        pid = int(parent.stdout.readline())
        parent.send_signal(sign)
    assert ends(pid)


def test_it_works_on_the_database_of_its_runtime(runtime: Runtime) -> None:
    assert runtime.helper is not None
    with writing(runtime.engine) as connection:
        write_records(connection, [RunRecord(Run("r", "app", "flow", is_ended=True, end_ns=5))], now_ns=5)
    assert rollups.backlog(10) == 1
    assert runtime.helper.do(refresh) == "read 1 runs; computed 1 units, 1 hours, 1 days"
    assert runtime.helper.do(runs.get_run, "r").run.workflow_run_id == "r"
    with pytest.raises(RunNotFoundError) as here:
        runs.get_run("absent")
    with pytest.raises(RunNotFoundError) as there:
        runtime.helper.do(runs.get_run, "absent")
    assert str(there.value) == str(here.value)
