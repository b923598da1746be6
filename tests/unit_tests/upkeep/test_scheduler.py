"""Tasks run when they are due, in one process; a failing one is told and keeps nobody from running."""

import threading

from longpole import runtime as runtime_module
from longpole.domain.errors import StorageUnavailableError
from longpole.domain.units import NS_PER_SECOND
from longpole.runtime import Runtime
from longpole.store import upkeep_log
from longpole.store.leadership import leadership
from longpole.upkeep.scheduler import Scheduler, Task


class Clock:
    def __init__(self) -> None:
        self.now_ns = 1_000 * NS_PER_SECOND

    def __call__(self) -> int:
        return self.now_ns


def test_a_task_runs_at_once_and_then_when_it_is_due(runtime: Runtime) -> None:
    clock = runtime.clock = Clock()
    done: list[int] = []
    scheduler = Scheduler(runtime, [Task("count", 10, lambda: done.append(clock.now_ns))])

    assert scheduler.run_due() == 10
    assert scheduler.run_due() == 10
    clock.now_ns += 10 * NS_PER_SECOND
    scheduler.run_due()

    assert len(done) == 2


def test_a_task_with_more_to_do_goes_on_when_others_had_their_turn(runtime: Runtime) -> None:
    runtime.clock = Clock()
    done: list[str] = []
    left = [1, 1]
    many = Task("many", 3_600, lambda: done.append("many"), has_more=lambda: bool(left and left.pop()))
    scheduler = Scheduler(runtime, [many, Task("other", 10, lambda: done.append("other"))])

    assert [scheduler.run_due() for _ in range(3)] == [0, 0, 10]
    assert done == ["many", "other", "many", "many"]


def test_tasks_are_told_when_the_scheduler_ends(runtime: Runtime) -> None:
    told: list[str] = []
    scheduler = Scheduler(runtime, [Task("count", 10, lambda: None, end=lambda: told.append("end"))])
    scheduler.start()
    scheduler.stop()

    assert told == ["end"]


def test_how_it_went_is_there_for_every_process(runtime: Runtime) -> None:
    def fail() -> str:
        raise StorageUnavailableError("disk full")

    def break_down() -> str:
        raise ZeroDivisionError

    Scheduler(
        runtime, [Task("good", 5, lambda: "3 cells"), Task("bad", 5, fail), Task("worse", 5, break_down)]
    ).run_due()
    with runtime_module.reading() as connection:
        told = {run.name: (run.outcome, run.error) for run in upkeep_log.last_runs(connection)}

    assert told == {
        "good": ("3 cells", None),
        "bad": (None, "The database is not available: disk full"),
        "worse": (None, "ZeroDivisionError: see the server's log"),
    }


def test_a_task_without_work_is_told_now_and_then(runtime: Runtime) -> None:
    clock = runtime.clock = Clock()
    outcomes = iter([None, None, "3 cells", None])
    scheduler = Scheduler(runtime, [Task("rollups", 2, lambda: next(outcomes, None))])
    told = []
    for _ in range(20):
        scheduler.run_due()
        with runtime_module.reading() as connection:
            [run] = upkeep_log.last_runs(connection)
        told.append((run.started_ns // NS_PER_SECOND - 1_000, run.outcome))
        clock.now_ns += 2 * NS_PER_SECOND

    assert sorted(set(told), key=lambda each: each[0]) == [(0, None), (4, "3 cells"), (6, None), (36, None)]


def test_one_leader_at_a_time_and_another_when_it_goes(runtime: Runtime) -> None:
    first, second = leadership(runtime.engine), leadership(runtime.engine)

    assert (first.is_held(), first.is_held(), second.is_held()) == (True, True, False)
    first.release()
    assert second.is_held()
    second.release()


def test_it_runs_by_itself_and_stops_when_told(runtime: Runtime) -> None:
    ran = threading.Event()
    scheduler = Scheduler(runtime, [Task("once", 3600, ran.set)])
    scheduler.start()

    assert ran.wait(10)
    scheduler.stop()
    successor = leadership(runtime.engine)
    assert successor.is_held()
    successor.release()


def test_facts_are_remembered(runtime: Runtime) -> None:
    with runtime_module.unit_of_work() as connection:
        assert upkeep_log.fact(connection, "horizon") is None
        upkeep_log.remember(connection, "horizon", 1)
        upkeep_log.remember(connection, "horizon", 2)
        assert upkeep_log.fact(connection, "horizon") == 2
