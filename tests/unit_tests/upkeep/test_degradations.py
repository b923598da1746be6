"""Changes of level are looked for by themselves, every ten minutes, where there are new runs."""

from collections.abc import Iterator

import pytest

from degrading_runs import HOUR, SECOND, Clock, ran
from longpole import runtime as runtime_module
from longpole.runtime import Runtime
from longpole.settings import Settings
from longpole.upkeep import degradations as upkeep
from longpole.upkeep.scheduler import Task


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def task(sqlite_url: str, clock: Clock) -> Iterator[Task]:
    made = Runtime(Settings(database_url=sqlite_url), clock=clock)
    runtime_module.install(made)
    [found] = upkeep.tasks(made)
    yield found
    made.close()


def test_each_workflow_with_new_runs_is_looked_at_once_in_ten_minutes(task: Task, clock: Clock) -> None:
    assert task.work() is None
    ran(clock, 1)
    ran(clock, 1, workflow_id="other")
    assert task.has_more()
    assert task.work() == "looked at 2 workflows: 0 changes began, 0 ended"
    assert not task.has_more()
    assert task.work() is None

    ran(clock, 1 / 10, every_ns=60 * SECOND)
    assert task.work() is None  # it was looked at six minutes ago
    clock.now_ns += 600 * SECOND
    assert task.work() == "looked at 1 workflow: 0 changes began, 0 ended"
    clock.now_ns += 2 * HOUR
    assert task.work() is None  # no runs since


def test_not_in_the_first_minutes_and_not_where_it_is_turned_off(sqlite_url: str, clock: Clock) -> None:
    runtime = Runtime(Settings(database_url=sqlite_url), clock=clock)
    runtime_module.install(runtime)
    ran(clock, 1)
    [task] = upkeep.tasks(runtime)
    assert task.work() is None
    clock.now_ns += 130 * SECOND
    assert task.work() is not None
    runtime.close()
    assert upkeep.tasks(Runtime(Settings(database_url=sqlite_url, degradations=False))) == []
