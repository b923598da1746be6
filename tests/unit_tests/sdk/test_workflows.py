"""Runs: what belongs to them, how they end, and that they nest."""

import asyncio
from collections.abc import Callable

import pytest

import longpole
from longpole.domain.runs import RunRecord, RunStatus
from longpole.domain.scopes import current_scope
from longpole.runtime import Runtime
from longpole.sdk import runs as sdk_runs
from longpole.services import runs

RunsOf = Callable[[str, str], list[RunRecord]]


@longpole.node()
def step() -> str:
    return "done"


@longpole.node(node_type="tool")
def broken() -> None:
    raise RuntimeError("out of paper")


def test_a_run_has_its_times_its_version_and_what_else_is_said(runs_of: RunsOf) -> None:
    with longpole.workflow(
        "print", app_id="a", run_id="r-1", version="7", user_id="mara", session_id="s", environment="test", tags=["x"]
    ) as run:
        step()
    (record,) = runs_of("a", "print")
    found = record.run
    assert run.run_id == found.workflow_run_id == "r-1"
    assert (found.workflow_version, found.user_id, found.session_id, found.environment, found.tags) == (
        "7",
        "mara",
        "s",
        "test",
        ("x",),
    )
    assert found.status is RunStatus.SUCCEEDED
    (node,) = record.nodes
    assert found.start_ns is not None
    assert node.end_ns is not None
    assert found.start_ns <= (node.start_ns or 0) <= node.end_ns <= (found.end_ns or 0)


def test_a_run_that_raises_has_failed_with_the_error(runs_of: RunsOf) -> None:
    @longpole.workflow("print", app_id="a")
    def print_all() -> None:
        step()
        broken()

    with pytest.raises(RuntimeError, match="out of paper"):
        print_all()
    (record,) = runs_of("a", "print")
    assert (record.run.status, record.run.error_type, record.run.error_message) == (
        RunStatus.FAILED,
        "RuntimeError",
        "out of paper",
    )


def test_a_run_that_gets_over_a_failed_node_is_partial(runs_of: RunsOf) -> None:
    with longpole.workflow("print", app_id="a"):
        step()
        with pytest.raises(RuntimeError):
            broken()
    assert [record.run.status for record in runs_of("a", "print")] == [RunStatus.PARTIAL]


def test_an_empty_run_is_one(runs_of: RunsOf) -> None:
    with longpole.workflow("nothing", app_id="a"):
        pass
    (record,) = runs_of("a", "nothing")
    assert (record.run.status, record.nodes) == (RunStatus.SUCCEEDED, ())


def test_it_is_the_scope_of_what_is_inside() -> None:
    with longpole.workflow("outer", app_id="a"):
        assert current_scope() == ("a", "outer")
        with longpole.workflow("inner"):
            assert current_scope() == ("a", "inner")
        assert current_scope() == ("a", "outer")
    assert current_scope() == ("default", "default")


def test_workflows_inside_of_each_other_are_runs_of_their_own(runs_of: RunsOf) -> None:
    with longpole.workflow("outer", app_id="a"):
        with longpole.workflow("inner"):
            step()
        step()
    assert [len(record.nodes) for record in runs_of("a", "outer")] == [1]
    assert [len(record.nodes) for record in runs_of("a", "inner")] == [1]
    assert sdk_runs.current_run() is None


def test_as_a_decorator_each_call_is_a_run(runs_of: RunsOf) -> None:
    @longpole.workflow("sync", app_id="a")
    def sync(number: int) -> int:
        step()
        return number

    @longpole.workflow("async", app_id="a")
    async def coroutine(number: int) -> int:
        step()
        await asyncio.sleep(0)
        return number

    async def both() -> list[int]:
        return await asyncio.gather(coroutine(1), coroutine(2))

    assert [sync(1), sync(2), asyncio.run(both())] == [1, 2, [1, 2]]
    for name in ("sync", "async"):
        assert [len(record.nodes) for record in runs_of("a", name)] == [1, 1]


def test_one_object_can_be_entered_by_many_at_once(runs_of: RunsOf) -> None:
    workflow = longpole.workflow("shared", app_id="a")

    async def one() -> str:
        async with workflow as run:
            await asyncio.sleep(0)
            step()
            return run.run_id

    async def many() -> list[str]:
        return await asyncio.gather(*(one() for _ in range(5)))

    assert len(set(asyncio.run(many()))) == 5
    assert [len(record.nodes) for record in runs_of("a", "shared")] == [1] * 5


def test_a_node_that_outlives_its_run_still_belongs_to_it(runs_of: RunsOf) -> None:
    @longpole.node()
    async def late(go: asyncio.Event) -> None:
        await go.wait()

    async def program() -> None:
        go = asyncio.Event()
        with longpole.workflow("hasty", app_id="a"):
            task = asyncio.create_task(late(go))
            await asyncio.sleep(0)
        go.set()
        await task

    asyncio.run(program())
    (record,) = runs_of("a", "hasty")
    assert [node.node_id for node in record.nodes] == ["late"]
    assert record.run.status is RunStatus.SUCCEEDED


def test_a_run_of_more_nodes_than_are_told_at_a_time(runs_of: RunsOf) -> None:
    with longpole.workflow("long", app_id="a"):
        for _ in range(1_203):
            step()
    (record,) = runs_of("a", "long")
    assert (record.run.node_count, len(record.nodes)) == (1_203, 1_203)


def test_the_application_is_the_programs_where_none_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def app() -> str:
        with longpole.workflow("w") as run:
            return run.app_id

    assert app() == "default"
    monkeypatch.setenv("OTEL_SERVICE_NAME", "service")
    assert app() == "service"
    monkeypatch.setenv("LONGPOLE_APP_ID", "said")
    assert app() == "said"
    longpole.configure(app_id="configured")
    assert app() == "configured"
    longpole.configure()


def test_an_id_that_cannot_be_is_dropped_and_the_program_goes_on(here: Runtime) -> None:
    with longpole.workflow("x" * 300, app_id="a"):
        assert step() == "done"
    assert longpole.flush(10)
    assert here is not None
    assert runs.list_apps() == ()
