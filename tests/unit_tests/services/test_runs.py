"""Opening runs, deleting them with all that arrived of them, and the lists that lead to them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from longpole.assembly.facts import SpanFacts
from longpole.domain.errors import InvalidInputError, RunNotFoundError
from longpole.domain.figures import AppFigures, TimeFigures
from longpole.domain.run_lists import RunFilters
from longpole.domain.runs import NodeExecution, Run, RunRecord, RunStatus
from longpole.domain.units import NS_PER_SECOND, instant_ns
from longpole.runtime import Runtime
from longpole.services import runs as service
from longpole.services import telemetry
from longpole.store import trace_log
from longpole.store.engine import reading, writing
from longpole.store.run_writes import write_records
from longpole.store.tables import run_traces, span_contents, trace_chunks
from longpole.store.trace_log import Content

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
NOW_NS = instant_ns(NOW)
TRACE = bytes.fromhex("0af7651916cd43dd8448eb211c80319c")
OTHER_TRACE = bytes.fromhex("1af7651916cd43dd8448eb211c80319c")


@pytest.fixture(autouse=True)
def _clock(runtime: Runtime) -> None:
    runtime.clock = lambda: NOW_NS


def run(run_id: str, seconds: float = 1.0, ago: timedelta = timedelta(0), **said: Any) -> Run:
    end_ns = NOW_NS - int(ago.total_seconds()) * NS_PER_SECOND
    elapsed_ns = int(seconds * NS_PER_SECOND)
    made = Run(run_id, "app", "flow", status=RunStatus.SUCCEEDED, is_ended=True, end_ns=end_ns, elapsed_ns=elapsed_ns)
    return replace(made, **said)


def write(runtime: Runtime, *runs: Run) -> None:
    nodes = NodeExecution("", "e", "n", "tool", "N", start_ns=1, end_ns=2)
    with writing(runtime.engine) as connection:
        write_records(
            connection,
            [RunRecord(each, (replace(nodes, workflow_run_id=each.workflow_run_id),)) for each in runs],
            now_ns=NOW_NS,
        )


def test_a_run_is_opened_by_its_id(runtime: Runtime) -> None:
    write(runtime, run("a/b c"))

    record = service.get_run("a/b c")
    assert (record.run.workflow_run_id, [node.node_id for node in record.nodes]) == ("a/b c", ["n"])


def test_a_run_that_is_not_there(runtime: Runtime) -> None:
    with pytest.raises(RunNotFoundError):
        service.get_run("x")
    with pytest.raises(RunNotFoundError):
        service.delete_run("x")


def test_runs_are_listed_page_by_page(runtime: Runtime) -> None:
    write(runtime, *(run(f"r{number}", ago=timedelta(seconds=number), user_id="ann") for number in range(3)))
    first = service.list_runs("app", "flow", limit=2)
    second = service.list_runs("app", "flow", RunFilters(user_id="ann"), 2, first.next_cursor)

    assert [item.workflow_run_id for item in (*first.items, *second.items)] == ["r0", "r1", "r2"]
    assert second.next_cursor is None


@pytest.mark.parametrize("limit", [0, 1001])
def test_a_page_has_a_limit(runtime: Runtime, limit: int) -> None:
    with pytest.raises(InvalidInputError, match="limit"):
        service.list_runs("app", "flow", limit=limit)


def test_the_runs_of_a_trace_are_whole(runtime: Runtime) -> None:
    write(runtime, run(TRACE.hex()))
    [record] = service.runs_of_trace(TRACE.hex().upper())

    assert [node.node_id for node in record.nodes] == ["n"]
    assert service.runs_of_trace(OTHER_TRACE.hex()) == ()


@pytest.mark.parametrize("trace_id", ["", "12", "x" * 32, "0" * 31])
def test_a_trace_id_is_32_hexadecimal_digits(runtime: Runtime, trace_id: str) -> None:
    with pytest.raises(InvalidInputError, match="trace_id"):
        service.runs_of_trace(trace_id)


def arrived(runtime: Runtime, trace_id: bytes, *run_ids: str) -> None:
    with writing(runtime.engine) as connection:
        connection.execute(
            trace_chunks.insert().values(
                chunk_key=trace_id[0], trace_id=trace_id, received_ns=1, is_pending=False, facts=b""
            )
        )
        contents = {"trace_id": trace_id, "span_id": b"12345678", "direction": 0, "is_cut": False, "body": b""}
        connection.execute(span_contents.insert().values(**contents))
        for run_id in run_ids:
            connection.execute(run_traces.insert().values(workflow_run_id=run_id, trace_id=trace_id))


def left(runtime: Runtime) -> list[set[bytes]]:
    with reading(runtime.engine) as connection:
        return [
            set(connection.scalars(select(table.c.trace_id))) for table in (trace_chunks, span_contents, run_traces)
        ]


def test_deleting_a_run_deletes_what_arrived_of_it(runtime: Runtime) -> None:
    """Its own trace and another one that named it; a third trace stays."""
    third = b"3" * 16
    write(runtime, run("mine", trace_id=TRACE.hex()), run("theirs", trace_id=third.hex()))
    arrived(runtime, TRACE)
    arrived(runtime, OTHER_TRACE, "mine")
    arrived(runtime, third, "theirs")
    service.delete_run("mine")

    assert left(runtime) == [{third}, {third}, {third}]
    assert service.get_run("theirs").run.workflow_run_id == "theirs"


def span(number: int, parent: int | None = None, run_id: str | None = None) -> SpanFacts:
    return SpanFacts(
        trace_id=TRACE,
        span_id=number.to_bytes(8, "big"),
        parent_span_id=None if parent is None else parent.to_bytes(8, "big"),
        name=f"step {number}",
        node_id=f"step-{number}",
        start_ns=NOW_NS + number,
        end_ns=NOW_NS + 100 - number,
        is_ai=True,
        is_run=run_id is not None,
        run_id=run_id,
        is_separate_run=run_id is not None,
    )


def receive(*spans: SpanFacts) -> None:
    contents = [Content(TRACE, one.span_id, direction=0, is_cut=False, body=b"secret") for one in spans]
    telemetry.append(trace_log.pack(spans, (), NOW_NS), contents)
    telemetry.assemble([TRACE])


def test_a_trace_is_kept_for_the_other_runs_that_it_carries(runtime: Runtime) -> None:
    """And what comes of those later does not bring the deleted one back."""
    receive(span(1, run_id="outer"), span(2, 1), span(3, 2, run_id="inner"), span(4, 3))
    service.delete_run("inner")
    receive(span(5, 1))

    with pytest.raises(RunNotFoundError):
        service.get_run("inner")
    assert "step-5" in {node.node_id for node in service.get_run("outer").nodes}

    service.delete_run("outer")
    assert left(runtime) == [set(), set(), set()]


def test_the_workflows_of_an_application(runtime: Runtime) -> None:
    """Figures are of the last days; the list holds whatever has run at all."""
    write(
        runtime,
        run("1", 1, workflow_name="Old name", ago=timedelta(hours=2), known_cost_usd=Decimal("0.1")),
        run(
            "2", 3, workflow_name="Name", status=RunStatus.FAILED, ago=timedelta(hours=1), known_cost_usd=Decimal("0.2")
        ),
        run("3", workflow_id="quiet", ago=timedelta(days=30)),
        run("4", app_id="other"),
    )
    flow, quiet = service.list_workflows("app")

    assert (flow.workflow_id, flow.workflow_name, flow.run_count, flow.failed) == ("flow", "Name", 2, 1)
    assert (flow.execution_time.avg, flow.execution_time.p50) == (2.0, 2.0)
    assert (flow.last_run_at, flow.total_cost) == (NOW - timedelta(hours=1), Decimal("0.3"))
    assert (quiet.workflow_id, quiet.run_count, quiet.execution_time, quiet.total_cost) == (
        "quiet",
        0,
        TimeFigures(),
        None,
    )
    assert service.list_workflows("app", days=31)[1].run_count == 1
    assert service.list_workflows("no such") == ()


def test_a_workflow_without_runs_is_not_listed(runtime: Runtime) -> None:
    write(runtime, run("1"))
    service.delete_run("1")

    assert (service.list_workflows("app"), service.list_apps()) == ((), ())


def test_the_applications(runtime: Runtime) -> None:
    write(
        runtime,
        run("1"),
        run("2", workflow_id="second", ago=timedelta(days=1)),
        run("3", app_id="other", ago=timedelta(days=2)),
        run("4", app_id=None),
    )

    assert service.list_apps() == (
        AppFigures("app", 2, 2, NOW),
        AppFigures("other", 1, 1, NOW - timedelta(days=2)),
    )
