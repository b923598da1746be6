"""Several processes on one cache: one producer for all of them, and nobody sees what another one has invalidated."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).with_name("cache_process.py")
THREADS, PROCESSES = 50, 4


class Process:
    """A process that uses the cache; see its program."""

    def __init__(self, settings: dict[str, Any], **environment: str) -> None:
        command = [sys.executable, str(PROGRAM), json.dumps(settings)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment}
        )

    def hear(self, first: str | None = None) -> Any:
        """What it says next; `first` is what that must begin with."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "it has ended"
        said = json.loads(line)
        assert first is None or said[0] == first, said
        return said

    def tell(self, *words: Any) -> None:
        """Say something to it."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(words) + "\n")
        self.process.stdin.flush()

    def ask(self, *words: Any) -> Any:
        """Say something, and hear the answer."""
        self.tell(*words)
        return self.hear()[0]

    def end(self) -> None:
        """End it: by the end of its input if it still listens."""
        if self.process.poll() is None:
            self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()
        self.process.wait(30)


Start = Callable[..., list[Process]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts processes with these settings; all are ready when it returns."""
    started: list[Process] = []

    def begin(number: int, settings: dict[str, Any], **environment: str) -> list[Process]:
        new = [Process(settings, **environment) for _ in range(number)]
        started.extend(new)
        for process in new:
            process.hear("ready")
        return new

    yield begin
    for process in started:
        process.end()


@pytest.fixture(params=["sqlite", "postgres", "redis over sqlite"])
def settings(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Of each backend. Nothing is about how quick it is, and the machine may be busy."""
    backend, _, database = str(request.param).partition(" over ")
    said = {"database_url": request.getfixturevalue(f"{database or backend}_url"), "cache_timeout_ms": 10_000.0}
    return {**said, "cache_backend": request.getfixturevalue("redis_url")} if database else said


def heard_by_all(processes: list[Process], name: str) -> tuple[set[str], int, int]:
    """Different answers, how many there were, and how often the node ran; while it is being asked for, it is let go."""
    producing = 0
    for process in processes:
        while process.hear()[0] != "asking":
            producing += 1
    for process in processes:
        process.tell("finish", name)
    answers: set[str] = set()
    number = produced = 0
    for process in processes:
        while (said := process.hear())[0] != "ended":
            pass
        answers |= set(said[2])
        number += said[3]
        produced += said[4]
    return answers, number, produced


def test_of_fifty_threads_and_tasks_in_four_processes_one_runs_the_node(start: Start, settings: dict[str, Any]) -> None:
    processes = start(PROCESSES, settings)
    for how in ("sync", "async"):
        for process in processes:
            process.tell("ask", how, THREADS, how, "made once")
        assert heard_by_all(processes, how) == ({"made once"}, THREADS * PROCESSES, 1)

    # One that fails fails for all who wait, and nothing is kept of it.
    for process in processes:
        process.tell("ask", "fails", 10, "sync", "raise")
    answers, number, produced = heard_by_all(processes, "fails")
    assert (answers, number) == ({"error"}, 10 * PROCESSES)
    assert produced < number
    processes[0].tell("ask", "fails", 1, "sync", "fine")
    assert heard_by_all(processes[:1], "fails") == ({"fine"}, 1, 1)

    # Of different keys each is made at once, whatever else is being made.
    for number, process in enumerate(processes):
        process.tell("ask", f"key {number}", 2, "sync", number)
    for process in processes:
        assert {process.hear()[0], process.hear()[0]} == {"asking", "producing"}
    for number, process in enumerate(processes):
        process.tell("finish", f"key {number}")
        assert process.hear("ended")[2:] == [[str(number)], 2, 1]


def test_a_holder_that_is_killed_is_replaced_and_one_that_works_longer_is_not(
    start: Start, settings: dict[str, Any]
) -> None:
    holder, other = start(2, {**settings, "cache_lease_seconds": 1.0})
    holder.tell("ask", "long", 1, "sync", "of the holder")
    assert {holder.hear()[0], holder.hear()[0]} == {"asking", "producing"}
    other.tell("ask", "long", 1, "sync", "of the other")
    other.tell("finish", "long")
    other.hear("asking")
    with pytest.raises(subprocess.TimeoutExpired):
        other.process.wait(2.5)  # the time that is the point: twice the lease
    holder.tell("finish", "long")
    assert holder.hear("ended")[2:] == [["of the holder"], 1, 1]
    assert other.hear("ended")[2:] == [["of the holder"], 1, 0]

    holder.tell("ask", "killed", 1, "sync", "of the holder")
    assert {holder.hear()[0], holder.hear()[0]} == {"asking", "producing"}
    other.tell("ask", "killed", 1, "sync", "of the other")
    other.tell("finish", "killed")
    other.hear("asking")
    holder.process.kill()
    other.hear("producing")
    assert other.hear("ended")[2:] == [["of the other"], 1, 1]


def test_what_one_process_invalidates_no_other_serves_from_its_memory(start: Start, settings: dict[str, Any]) -> None:
    one, other = start(2, settings)
    for _ in range(20):
        assert one.ask("store", "x", "right") is True
        assert other.ask("get", "x") == "right"
        assert other.ask("get", "x") == "right"
        assert one.ask("invalidate") == 1
        assert other.ask("get", "x") is None


def test_another_machine_sees_an_invalidation_within_a_second(start: Start, postgres_url: str, tmp_path: Path) -> None:
    settings = {"database_url": postgres_url, "cache_timeout_ms": 10_000.0}
    (one,) = start(1, settings)
    (far,) = start(1, settings, XDG_DATA_HOME=str(tmp_path / "another machine"))
    for _ in range(3):
        assert one.ask("store", "x", "right") is True
        assert far.ask("get", "x") == "right"
        assert one.ask("invalidate") == 1
        assert far.ask("how long is it seen", "x") < 1.0


def test_redis_is_killed_and_started_again_under_load(
    start: Start, sqlite_url: str, make_redis: Callable[..., Any]
) -> None:
    redis = make_redis("--appendonly", "yes", "--appendfsync", "always")
    settings = {
        "database_url": sqlite_url,
        "cache_backend": redis.url,
        "cache_memory": 0,  # so that Redis is asked each time
        "cache_timeout_ms": 1_000.0,
    }
    processes = start(3, settings)
    (other,) = start(1, settings)
    for process in processes:
        process.ask("load", 4, 20)

    def all_of_them(*words: Any) -> list[Any]:
        for process in processes:
            process.tell(*words)
        return [process.hear()[0] for process in processes]

    def going_on(asked: int) -> int:
        """Let everybody ask so often; how often the node was run."""
        answers = all_of_them("go on", asked)
        assert [answer["problems"] for answer in answers] == [[], [], []]
        return sum(answer["made"] for answer in answers)

    going_on(100)
    while going_on(100) > 30:
        pass  # until Redis has what is asked for
    redis.kill()
    going_on(100)
    all_of_them("version", 2)
    assert other.ask("invalidate") >= 1
    all_of_them("least", 2)
    going_on(100)
    redis.start()
    while going_on(100) > 30:
        pass  # until it is asked again, and has what is right now
    assert all_of_them("end") == [[], [], []]
