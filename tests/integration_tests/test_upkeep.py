"""`longpole upkeep` as processes of their own: one of them works, and when it is killed another one does."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from longpole import runtime as runtime_module
from longpole.runtime import Runtime
from longpole.store import upkeep_log

Start = Callable[[int], list[subprocess.Popen[str]]]
_PATIENCE_S = 30


@pytest.fixture
def start(runtime: Runtime) -> Iterator[Start]:
    """Starts so many upkeep processes on the database, at the same time; ends those that are left."""
    started: list[subprocess.Popen[str]] = []

    def start_some(count: int) -> list[subprocess.Popen[str]]:
        for _ in range(count):
            process = subprocess.Popen(
                [sys.executable, "-m", "longpole", "upkeep", "--database-url", runtime.settings.database_url],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env=dict(os.environ),
            )
            started.append(process)
        for process in started:
            assert process.stdout is not None
            assert "Ctrl+C ends it" in process.stdout.readline()
        return started

    yield start_some
    for process in started:
        process.kill()
        process.communicate()


def worker(not_this: int | None = None) -> int:
    """The process that did the retention last, once it is another one than `not_this`."""
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        with runtime_module.reading() as connection:
            done = [
                int(run.process.split(":")[-1]) for run in upkeep_log.last_runs(connection) if run.name == "retention"
            ]
        if done and done != [not_this]:
            return done[0]
        time.sleep(0.1)
    raise AssertionError("nobody does the upkeep")


def test_one_works_and_another_takes_over(runtime: Runtime, start: Start) -> None:
    processes = {process.pid: process for process in start(3)}

    first = worker()
    processes[first].kill()
    second = worker(not_this=first)

    assert second in processes.keys() - {first}
    processes[second].send_signal(signal.SIGTERM)
    output, errors = processes[second].communicate(timeout=_PATIENCE_S)
    assert (processes[second].returncode, output, errors) == (0, "", "")
    assert worker(not_this=second) in processes.keys() - {first, second}
