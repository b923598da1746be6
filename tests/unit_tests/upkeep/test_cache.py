"""The cache is kept small by itself: what expired goes daily, what saves least when there is too little room."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from pydantic import ByteSize
from sqlalchemy import select

from longpole import runtime as runtime_module
from longpole.domain.cache import NewEntry, StoredEntry
from longpole.domain.scopes import Scope
from longpole.domain.units import NS_PER_HOUR
from longpole.runtime import Runtime
from longpole.services.cache import WorkflowCacheService as Cache
from longpole.services.system import system_state
from longpole.settings import Settings
from longpole.store import cache_steps
from longpole.store.tables import cache_bypasses, cache_leases, cache_statistics, cache_uses
from longpole.upkeep import cache as upkeep
from longpole.upkeep.scheduler import Scheduler, Task

DAY_H = 24


class Clock:
    """The clock of a runtime, moved by hand."""

    def __init__(self) -> None:
        self.now_ns = 1_790_000_000 * 1_000_000_000

    def __call__(self) -> int:
        return self.now_ns

    def pass_hours(self, hours: float) -> None:
        self.now_ns += round(hours * NS_PER_HOUR)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(autouse=True)
def runtime(database_url: str, clock: Clock) -> Iterator[Runtime]:
    made = Runtime(Settings(database_url=database_url, cache_max_size=ByteSize(10_000)), clock=clock)
    runtime_module.install(made)
    yield made
    made.close()


@pytest.fixture
def task(runtime: Runtime) -> Task:
    [made] = upkeep.tasks(runtime)
    return made


def store(key: str, app: str = "shop", *, size: int = 10, seconds: float = 1.0, hours: float = DAY_H) -> None:
    assert Cache.store_cached_result(
        key, "llm", {}, {}, "x" * size, seconds, hours, app_id=app, workflow_id="flow", node_id="n"
    )


def kept() -> int:
    with runtime_module.reading() as connection:
        return len(connection.execute(select(cache_uses.c.id)).all())


def get(key: str, app: str = "shop") -> object:
    runtime_module.current().cache.memory.clear()
    return Cache.get_cached_result(key, app_id=app, workflow_id="flow")


class TestExpiry:
    def test_what_expired_goes_in_every_scope_and_nothing_else(self, task: Task, clock: Clock) -> None:
        for app in ("shop", "bank"):
            store("old", app, hours=1)
            store("new", app, hours=100)
        clock.pass_hours(2)

        assert (task.work() or "").startswith("removed 2 expired results, evicted 0 (0 bytes)")
        assert kept() == 2
        assert get("new") == get("new", "bank") == "x" * 10

    def test_it_is_done_once_a_day(self, task: Task, clock: Clock) -> None:
        assert task.work() is None
        store("old", hours=1)
        clock.pass_hours(23)
        assert task.work() is None
        assert kept() == 1
        clock.pass_hours(1)
        assert task.work() is not None
        assert kept() == 0

    def test_what_may_be_served_stale_stays(self, task: Task, clock: Clock) -> None:
        Cache.store_cached_result("k", "llm", {}, {}, 1, 1.0, 1, stale_if_error_hours=5)
        clock.pass_hours(3)
        assert task.work() is None
        assert kept() == 1

    def test_leases_that_are_over_go(self, task: Task, runtime: Runtime, clock: Clock) -> None:
        assert runtime.cache.backend.lease(Scope("shop", "flow"), "k", "token", 0.1)
        clock.now_ns += 10**18
        task.work()
        with runtime_module.reading() as connection:
            assert connection.execute(select(cache_leases)).all() == []


class TestSize:
    def test_what_saves_least_by_byte_is_evicted_down_to_the_bound(self, task: Task) -> None:
        task.work()
        for number in range(20):
            store(f"k{number}", size=597, seconds=1.0 + number)

        assert "evicted 5 " in (task.work() or "")
        assert kept() == 15
        assert [get(f"k{number}") is None for number in range(7)] == [True] * 5 + [False] * 2

    def test_evictions_are_counted_under_their_nodes(self, task: Task) -> None:
        for number in range(20):
            store(f"k{number}", "shop" if number < 10 else "bank", size=597, seconds=1.0 + number)
        task.work()

        shop, bank = (Cache.get_cache_statistics(app, "flow") for app in ("shop", "bank"))
        assert (shop.evictions, bank.evictions) == (5, 0)
        assert [(each.node_type, each.evictions) for each in shop.by_node_type] == [("llm", 5)]

    def test_what_expired_goes_first(self, task: Task, clock: Clock) -> None:
        task.work()
        for number in range(10):
            store(f"dear{number}", size=597, seconds=100.0, hours=1)
            store(f"cheap{number}", size=597, seconds=1.0)
        clock.pass_hours(2)

        assert (task.work() or "").startswith("removed 10 expired results, evicted 0 ")
        assert kept() == 10

    def test_with_room_nothing_goes(self, task: Task) -> None:
        task.work()
        for number in range(10):
            store(f"k{number}", size=597)
        assert task.work() is None
        assert kept() == 10

    def test_large_results_go_a_few_at_a_time(self, runtime: Runtime, task: Task, clock: Clock) -> None:
        """Each page of their bytes costs as much as a row, so that ingest is not kept waiting."""
        until_ns = clock() + NS_PER_HOUR
        stored = StoredEntry(b"Z" + bytes(1 << 20), until_ns, until_ns, 1)
        for number in range(8):
            entry = NewEntry(stored, "null", is_readable_exact=False, tags=(), parts="{}", created_ns=clock())
            runtime.cache.backend.put(Scope("shop", "flow"), f"k{number}", 0, entry)
        clock.pass_hours(2)

        with runtime_module.reading() as connection:
            at_once = [len(cache_steps.expired(connection, clock(), rows)) for rows in (50, 600, 20_000)]
        assert at_once == [1, 2, 8]
        assert (task.work() or "").startswith("removed 8 expired results")
        assert kept() == 0


class TestCounts:
    def test_they_go_with_the_hourly_figures(self, database_url: str, clock: Clock) -> None:
        made = Runtime(Settings(database_url=database_url, retention_hourly_days=10, retention_raw_days=5), clock=clock)
        with runtime_module.use(made):
            [task] = upkeep.tasks(made)
            for _ in range(3):
                store("k", hours=0.001)
                get("k")
                Cache.store_cached_result("k", "start", {}, {}, 1, 1.0, app_id="shop", workflow_id="flow")
                made.cache.counts.flush()
                clock.pass_hours(4 * DAY_H)
            assert "forgot 2 counts" in (task.work() or "")
            assert _hours_ago(clock) == {8 * DAY_H, 4 * DAY_H}
        made.close()

    def test_system_says_what_was_done(self, runtime: Runtime, task: Task, clock: Clock) -> None:
        store("old", hours=1)
        clock.pass_hours(2)
        Scheduler(runtime, [task]).run_due()

        [state] = [each for each in system_state(0).tasks if each.name == "cache_expiry"]
        assert (state.every, state.error) == (60.0, None)
        assert (state.outcome or "").startswith("removed 1 expired results")


def _hours_ago(clock: Clock) -> set[float]:
    with runtime_module.reading() as connection:
        starts = {
            start for table in (cache_statistics, cache_bypasses)
            for start in connection.scalars(select(table.c.hour_start))
        }  # fmt: skip
    first = clock.now_ns // NS_PER_HOUR * 3_600
    return {timedelta(seconds=first - start).total_seconds() / 3_600 for start in starts}
