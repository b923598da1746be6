"""Workflows are analysed by themselves: once a day, one a turn, where enough is new; what was followed is verified."""

import time
from collections.abc import Iterator

import pytest

from hotel_runs import DAY, HOUR, MovingClock, hotel_runs, slow_hotel
from longpole import runtime as runtime_module
from longpole.advice.analyses import RULES, Analysis
from longpole.runtime import Runtime
from longpole.services import recommendations
from longpole.services.advice_upkeep import NEW_RUNS
from longpole.settings import Settings
from longpole.store.run_writes import write_records
from longpole.upkeep import advice as upkeep
from longpole.upkeep.scheduler import Task

FOUND = "analysed 1 workflow: 1 recommendation stands"


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
def runtime(database_url: str, clock: MovingClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runtime]:
    for each in tuple(RULES):
        monkeypatch.setitem(RULES, each, lambda _: ())
    monkeypatch.setitem(RULES, Analysis.CACHE_OPPORTUNITIES, slow_hotel)
    made = Runtime(Settings(database_url=database_url), clock=clock)
    runtime_module.install(made)
    yield made
    made.close()


@pytest.fixture
def tasks(runtime: Runtime, clock: MovingClock) -> dict[str, Task]:
    made = {task.name: task for task in upkeep.tasks(runtime)}
    clock.now_ns += HOUR
    return made


def ran(clock: MovingClock, seconds: float = 2.0, count: int = 60, days: float = 1) -> None:
    since = clock.now_ns
    clock.now_ns += round(days * DAY)
    with runtime_module.unit_of_work() as connection:
        write_records(connection, hotel_runs(count, since, clock.now_ns - 1, seconds), now_ns=clock.now_ns)


def test_a_workflow_is_analysed_once_a_day(tasks: dict[str, Task], clock: MovingClock) -> None:
    ran(clock)
    assert tasks["advice"].work() == FOUND
    assert len(recommendations.listed("shop", "trip_planner")) == 1
    assert tasks["advice"].work() is None

    ran(clock, days=0.5)
    assert tasks["advice"].work() is None
    clock.now_ns += DAY // 2 + HOUR
    assert tasks["advice"].work() == FOUND


def test_with_too_few_new_runs_it_is_not(tasks: dict[str, Task], clock: MovingClock) -> None:
    ran(clock, count=NEW_RUNS - 1)
    assert tasks["advice"].work() is None
    ran(clock, count=1, days=1)
    assert tasks["advice"].work() == "analysed 1 workflow: 0 recommendations stand"
    ran(clock, count=NEW_RUNS - 1, days=2)
    assert tasks["advice"].work() is None


def test_not_in_the_first_minute(runtime: Runtime, clock: MovingClock) -> None:
    ran(clock)
    work = next(task.work for task in upkeep.tasks(runtime) if task.name == "advice")
    assert work() is None
    clock.now_ns += HOUR
    assert work() == FOUND


def test_what_was_followed_is_verified_daily_until_it_is_final(tasks: dict[str, Task], clock: MovingClock) -> None:
    ran(clock)
    tasks["advice"].work()
    [one] = recommendations.listed("shop", "trip_planner")
    assert tasks["advice_verification"].work() is None
    recommendations.implement(one.id)
    ran(clock, 0.2)
    assert tasks["advice_verification"].work() == "verified 1 that was followed"
    assert (recommendations.get(one.id).verification or {})["verdict"] == "improved"
    assert tasks["advice_verification"].work() is None

    clock.now_ns += 14 * DAY
    assert tasks["advice_verification"].work() is not None
    clock.now_ns += 14 * DAY
    assert tasks["advice_verification"].work() is None


def test_a_setting_turns_it_off() -> None:
    assert upkeep.tasks(Runtime(Settings(database_url="sqlite://", advice=False))) == []


def test_it_is_done_in_a_process_of_its_own(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "_FIRST_AFTER_NS", 0)
    on = Runtime(Settings(database_url=sqlite_url))
    runtime_module.install(on)
    now_ns = time.time_ns()
    with runtime_module.unit_of_work() as connection:
        write_records(connection, hotel_runs(30, now_ns - DAY, now_ns, 0.1), now_ns=now_ns)
    [task, _] = upkeep.tasks(on)
    try:
        assert (task.work() or "").startswith("analysed 1 workflow: ")
    finally:
        task.end()
        on.close()
