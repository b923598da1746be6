"""Figures do not tell that runs had to go for want of space: cells are those of a database that kept everything."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from os import urandom
from pathlib import Path
from typing import Any

import pytest
from pydantic import ByteSize
from sqlalchemy import func, select

from longpole import runtime as runtime_module
from longpole.assembly.facts import SpanFacts
from longpole.domain.errors import StorageUnavailableError
from longpole.domain.runs import NodeExecution, NodeStatus, Run, RunRecord, RunStatus, TokenUsage
from longpole.domain.units import NS_PER_DAY, NS_PER_SECOND
from longpole.runtime import Runtime
from longpole.services import rollups, telemetry
from longpole.services.performance import WorkflowPerformanceService
from longpole.services.purging import purge_runs
from longpole.services.recording import record_run
from longpole.services.retention import remove_old
from longpole.services.retention_budget import keep_budget
from longpole.services.runs import get_run
from longpole.settings import Settings
from longpole.store import trace_log
from longpole.store.keys import key_time_ns, row_key
from longpole.store.retention import horizon_ns
from longpole.store.run_writes import write_records
from longpole.store.tables import node_cells, run_cells, runs

NOW = key_time_ns(row_key())
BEGIN = NOW - 3_600 * NS_PER_SECOND


@pytest.fixture
def both(tmp_path: Path, sqlite_template: bytes) -> Iterator[tuple[Runtime, Runtime]]:
    """A database that is to be small, and one that may grow."""
    made = []
    for name, budget in (("small", ByteSize(20_000_000)), ("large", None)):
        (tmp_path / name).write_bytes(sqlite_template)
        given = Settings(database_url=f"sqlite:///{tmp_path / name}", disk_budget=budget, run_settle_seconds=0)
        made.append(Runtime(given, clock=lambda: NOW + 3_600 * NS_PER_SECOND))
    yield made[0], made[1]
    for each in made:
        each.close()


def record(number: int, elapsed_ns: int | None = None) -> RunRecord:
    """Runs of two workflows that end in an hour's twelve units, one after the other and none in order."""
    end_ns = BEGIN + number * 7_919 % 3_600 * NS_PER_SECOND
    start_ns = end_ns - (elapsed_ns or 1_000_000 * (1 + number % 97))
    run_id = f"r{number:05}"
    nodes = tuple(
        NodeExecution(
            run_id, f"node {each:02}", f"n{each % 5}", "llm", "n", start_ns=start_ns, end_ns=end_ns,
            elapsed_ns=end_ns - start_ns, status=NodeStatus.SUCCEEDED, model="gpt", tokens=TokenUsage(number, each),
            error_message="x" * 700,
        )
        for each in range(20)
    )  # fmt: skip
    run = Run(
        run_id, "shop", f"flow-{number % 2}", source="rest", status=RunStatus.SUCCEEDED, is_ended=True,
        start_ns=start_ns, end_ns=end_ns, elapsed_ns=end_ns - start_ns, node_count=20, successful_nodes=20,
        last_received_ns=end_ns,
    )  # fmt: skip
    return RunRecord(run, nodes)


def write(*records: RunRecord) -> None:
    with runtime_module.unit_of_work() as connection:
        write_records(connection, records, now_ns=NOW)
    rollups.refresh()


def cells() -> list[list[tuple[Any, ...]]]:
    rollups.refresh(everything=True)
    with runtime_module.reading() as connection:
        return [
            [tuple(row) for row in connection.execute(select(t).where(t.c.tier < 3).order_by(*t.primary_key.columns))]
            for t in (run_cells, node_cells)
        ]


def count(tier: int | None = None) -> int:
    counted = runs if tier is None else run_cells
    query = select(func.count()).select_from(counted)
    with runtime_module.reading() as connection:
        return connection.scalar(query if tier is None else query.where(run_cells.c.tier == tier)) or 0


def work() -> None:
    """2,000 runs arrive; some of the last change, one moves to another time, one is purged."""
    for begin in range(0, 2_000, 250):
        write(*map(record, range(begin, begin + 250)))
        keep_budget()
    write(record(1_990, elapsed_ns=77_000_000), record(1_995, elapsed_ns=3_000_000))
    purge_runs(["r01991"])


def test_cells_are_those_of_a_database_that_kept_everything(both: tuple[Runtime, Runtime]) -> None:
    small, large = both
    found = []
    for each in both:
        with runtime_module.use(each):
            work()
            found.append(cells())

    assert found[0] == found[1]
    assert sum(row[run_cells.columns.keys().index("run_count")] for row in found[0][0] if row[0] == 2) == 1_999
    with runtime_module.use(small):
        assert count() < 1_800
        with runtime_module.reading() as connection:
            assert horizon_ns(connection) is None
    with runtime_module.use(large):
        assert count() == 1_999


def report(number: int) -> dict[str, Any]:
    return {"workflow_run_id": f"new {number}", "execution_status": "succeeded"}


NEW: tuple[Callable[[], object], ...] = (
    lambda: telemetry.append(
        trace_log.pack([SpanFacts(trace_id=bytes(16), span_id=bytes(8), name="n", start_ns=1, is_ai=True)], (), NOW)
    ),
    lambda: record_run("shop", "flow", report(1)),
    lambda: WorkflowPerformanceService.record_workflow_execution("shop", "flow", "new 2"),
    lambda: WorkflowPerformanceService.record_node_execution("new 3", "n", "e", "tool"),
)
"""Every way in which something new comes."""


def test_nothing_new_is_taken_while_the_budget_is_used_up(both: tuple[Runtime, Runtime]) -> None:
    small, _ = both
    with runtime_module.use(small):
        for new in NEW:
            new()
        for begin in range(0, 2_000, 250):
            write(*map(record, range(begin, begin + 250)))
        for new in NEW:
            with pytest.raises(StorageUnavailableError, match="disk budget is used up"):
                new()
        keep_budget()
        for new in NEW:
            new()


def part(number: int, parent: int | None) -> SpanFacts:
    return SpanFacts(
        trace_id=bytes(range(16)), span_id=number.to_bytes(8),
        parent_span_id=None if parent is None else parent.to_bytes(8),
        name=f"n{number}", node_id=f"n{number}", start_ns=NOW, end_ns=NOW + number, is_ai=True,
    )  # fmt: skip


def receive(*spans: SpanFacts) -> None:
    telemetry.append(trace_log.pack(spans, (), NOW))
    telemetry.assemble({span.trace_id for span in spans})


def test_a_run_that_goes_on_keeps_what_arrived_of_it(both: tuple[Runtime, Runtime]) -> None:
    small, _ = both
    with runtime_module.use(small):
        receive(part(2, 1), part(3, 1))
        for begin in range(0, 2_000, 250):
            write(*map(record, range(begin, begin + 250)))
        keep_budget()
        assert count() < 1_500
        receive(part(1, None))
        assert [node.node_id for node in get_run(bytes(range(16)).hex()).nodes] == ["n2", "n3"]


def test_runs_without_an_end_are_given_up_where_nothing_else_may_go(both: tuple[Runtime, Runtime]) -> None:
    small, _ = both
    with runtime_module.use(small):
        for begin in range(0, 2_000, 250):
            made = map(record, range(begin, begin + 250))
            write(*(replace(one, run=replace(one.run, is_ended=False, status=None)) for one in made))
        assert not keep_budget()
        with pytest.raises(StorageUnavailableError):
            NEW[0]()
        rollups.refresh()
        assert keep_budget().runs > 100
        NEW[0]()


def test_what_is_no_run_goes_where_nothing_else_may(both: tuple[Runtime, Runtime]) -> None:
    small, _ = both
    with runtime_module.use(small):
        for number in range(1_000):
            trace_id, text = number.to_bytes(16), urandom(8_000).hex()
            plain = SpanFacts(trace_id=trace_id, span_id=bytes(8), name="plain", start_ns=1, error_message=text)
            with runtime_module.unit_of_work() as connection:
                trace_log.append(connection, trace_log.pack([plain], (), NOW))
            telemetry.assemble([plain.trace_id])
        assert count() == 0
        with pytest.raises(StorageUnavailableError):
            NEW[0]()
        assert keep_budget().chunks > 100
        NEW[0]()


def test_a_long_log_does_not_use_up_the_budget_for_good(both: tuple[Runtime, Runtime]) -> None:
    small, _ = both
    with runtime_module.use(small):
        with small.engine.connect() as reader:  # the log cannot begin anew while somebody reads what is in it
            reader.execute(select(func.count()).select_from(runs))
            for number in range(12):
                write(*(record(one, elapsed_ns=1_000_000 + number) for one in range(300)))
        with pytest.raises(StorageUnavailableError):
            NEW[0]()
        keep_budget()
        NEW[0]()
        assert count() == 300


def test_postgresql_takes_what_comes_and_makes_room_by_the_day(postgres_url: str) -> None:
    made = Runtime(Settings(database_url=postgres_url).model_copy(update={"disk_budget": 1_000_000}))
    with runtime_module.use(made):
        for new in NEW:
            new()
        assert count() == 3
    made.close()


def test_what_removed_runs_came_to_is_forgotten_when_nothing_of_their_time_changes(
    both: tuple[Runtime, Runtime],
) -> None:
    small, _ = both
    with runtime_module.use(small):
        work()
        before = cells()
        assert count(3) > 0
        small.clock = lambda: NOW + 5 * NS_PER_DAY
        assert remove_old().runs == 0
        assert count(3) > 0  # some runs of that day are there still

        purge_runs([f"r{number:05}" for number in range(2_000)])
        rollups.refresh(everything=True)
        remove_old()
        assert (count(), count(3)) == (0, 0)
        day = [row for row in before[0] if row[0] == 2]
        assert len(day) > 0
