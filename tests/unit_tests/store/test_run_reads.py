"""Lists of runs: newest first, page by page, filtered; and the runs of a trace."""

from dataclasses import replace
from typing import Any

import pytest

from longpole.domain.errors import InvalidInputError
from longpole.domain.run_lists import RunFilters
from longpole.domain.runs import Run, RunRecord, RunStatus
from longpole.runtime import Runtime
from longpole.store.engine import reading, writing
from longpole.store.run_reads import list_runs, runs_of_trace
from longpole.store.run_writes import write_records
from longpole.store.tables import run_traces

EVERYTHING = RunFilters()


def run(run_id: str, end_ns: int | None, **said: Any) -> Run:
    return Run(run_id, "app", "flow", end_ns=end_ns, is_ended=end_ns is not None, **said)


def write(runtime: Runtime, *runs: Run, now_ns: int = 100) -> None:
    with writing(runtime.engine) as connection:
        write_records(connection, [RunRecord(run) for run in runs], now_ns=now_ns)


def listed(
    runtime: Runtime, filters: RunFilters = EVERYTHING, app_id: str = "app", workflow_id: str = "flow"
) -> list[str]:
    with reading(runtime.engine) as connection:
        page = list_runs(connection, app_id, workflow_id, filters, 50, None)
    return [run.workflow_run_id for run in page.items]


def test_newest_first_by_end_else_by_recording(runtime: Runtime) -> None:
    write(runtime, run("old", 10), run("new", 300), run("running", None), now_ns=100)

    assert listed(runtime) == ["new", "running", "old"]


def test_an_unknown_workflow_has_no_runs(runtime: Runtime) -> None:
    assert listed(runtime) == []


def test_other_workflows_and_applications_are_not_listed(runtime: Runtime) -> None:
    write(runtime, run("mine", 1), replace(run("x", 1), app_id="other"), replace(run("y", 1), workflow_id="other"))

    assert listed(runtime) == ["mine"]


def test_pages_hold_every_run_once_though_more_arrive(runtime: Runtime) -> None:
    """Runs that end at the same instant are told apart by their keys."""
    write(runtime, *(run(f"r{number}", number // 3) for number in range(10)))
    seen: list[str] = []
    cursor = None
    for _ in range(4):
        with reading(runtime.engine) as connection:
            page = list_runs(connection, "app", "flow", EVERYTHING, 3, cursor)
        seen += [item.workflow_run_id for item in page.items]
        cursor = page.next_cursor
        write(runtime, run(f"later{len(seen)}", 1_000))

    assert cursor is None
    assert sorted(seen) == [f"r{number}" for number in range(10)]
    assert seen[0] == "r9"


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "é", "A" * 1000])
def test_a_cursor_that_no_page_gave_is_refused(runtime: Runtime, cursor: str) -> None:
    write(runtime, run("r", 1))
    with reading(runtime.engine) as connection, pytest.raises(InvalidInputError) as caught:
        list_runs(connection, "app", "flow", EVERYTHING, 3, cursor)

    assert caught.value.field == "cursor"


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (RunFilters(status=RunStatus.FAILED), ["b"]),
        (RunFilters(status=RunStatus.PARTIAL), []),
        (RunFilters(status=RunStatus.PARTIAL, silent_before_ns=99), []),
        (RunFilters(status=RunStatus.PARTIAL, silent_before_ns=100), ["c"]),
        (RunFilters(since_ns=100), ["b", "c"]),
        (RunFilters(until_ns=100), ["a"]),
        (RunFilters(user_id="ann"), ["a"]),
        (RunFilters(session_id="s2"), ["b"]),
        (RunFilters(tag="red"), ["b", "a"]),
        (RunFilters(tag="re"), []),
        (RunFilters(tag="red", user_id="ann"), ["a"]),
        (RunFilters(slower_than_ns=10), ["b"]),
    ],
)
def test_filters(runtime: Runtime, filters: RunFilters, expected: list[str]) -> None:
    write(
        runtime,
        run("a", 50, status=RunStatus.SUCCEEDED, user_id="ann", session_id="s1", tags=("red", "x"), elapsed_ns=10),
        run("b", 200, status=RunStatus.FAILED, user_id="bob", session_id="s2", tags=("red",), elapsed_ns=11),
        run("c", None),
        now_ns=100,
    )

    assert listed(runtime, filters) == expected


def test_difys_own_workflow_id_means_that_version(runtime: Runtime) -> None:
    """Dify: the application is the workflow, and what it calls a workflow id is a version of it."""
    dify = Run("v1-run", "dify-app", "dify-app", workflow_version="version-1", end_ns=1)
    write(runtime, dify, replace(dify, workflow_run_id="v2-run", workflow_version="version-2"))

    assert listed(runtime, app_id="dify-app", workflow_id="version-2") == ["v2-run"]
    assert listed(runtime, app_id="dify-app", workflow_id="dify-app") == ["v2-run", "v1-run"]


def test_the_runs_of_a_trace_are_the_one_it_names_and_those_that_it_carries(runtime: Runtime) -> None:
    trace_id = bytes.fromhex("0af7651916cd43dd8448eb211c80319c")
    write(runtime, Run(trace_id.hex(), "a", "w"), Run("dify-run", "b", "w"), Run("unrelated", "a", "w"))
    with writing(runtime.engine) as connection:
        connection.execute(run_traces.insert().values(workflow_run_id="dify-run", trace_id=trace_id))

    with reading(runtime.engine) as connection:
        found = [item.workflow_run_id for item in runs_of_trace(connection, trace_id)]
    assert found == [trace_id.hex(), "dify-run"]
