"""What is old goes and nothing else does; what goes is in the cells before, and in the archive where there is one."""

import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from pyarrow import parquet
from pydantic import ByteSize
from sqlalchemy import Table, delete, func, insert, select

from longpole import runtime as runtime_module
from longpole.assembly.facts import SpanFacts
from longpole.domain.runs import Attempt, NodeExecution, NodeStatus, Run, RunRecord, RunStatus
from longpole.domain.units import NS_PER_DAY, NS_PER_SECOND, instant
from longpole.runtime import Runtime
from longpole.services import rollups, telemetry
from longpole.services import runs as service
from longpole.services.retention import remove_old
from longpole.services.retention_budget import keep_budget
from longpole.settings import Settings
from longpole.store import trace_log
from longpole.store.disk_usage import disk_usage
from longpole.store.retention import horizon_ns
from longpole.store.retention_facts import last_removed
from longpole.store.run_writes import write_records
from longpole.store.tables import (
    dirty_marks,
    node_attempts,
    node_cells,
    node_executions,
    run_cells,
    runs,
    span_contents,
    trace_chunks,
)
from longpole.store.trace_log import Content

REAL_NOW = time.time_ns()
TODAY = REAL_NOW // NS_PER_DAY * NS_PER_DAY
IN_40_DAYS = TODAY + 40 * NS_PER_DAY
HORIZON = IN_40_DAYS - 30 * NS_PER_DAY


@pytest.fixture
def in_40_days(runtime: Runtime) -> Runtime:
    """What is recorded in the test was recorded 40 days ago; runs are kept for 30."""
    runtime.clock = lambda: IN_40_DAYS
    return runtime


def record(run_id: str, end_ns: int, nodes: int = 2) -> RunRecord:
    run = Run(
        run_id, "shop", "flow", source="rest", status=RunStatus.SUCCEEDED, is_ended=True, start_ns=end_ns - 9,
        end_ns=end_ns, node_count=nodes, last_received_ns=end_ns, tags=("a",), cost_usd=Decimal("0.000000000001"),
    )  # fmt: skip
    attempts = (Attempt(1, 1, 2, NodeStatus.FAILED), Attempt(2, 3, 4, NodeStatus.SUCCEEDED))
    made = (
        NodeExecution(run_id, f"n{number:05}", "n", "tool", "n", attempts=2, attempt_log=attempts, model="gpt")
        for number in range(nodes)
    )
    return RunRecord(run, tuple(made))


def write(*records: RunRecord, computed: bool = True) -> None:
    with runtime_module.unit_of_work() as connection:
        write_records(connection, records, now_ns=REAL_NOW)
        if computed:
            connection.execute(delete(dirty_marks))


def rows(*tables: Table) -> list[int]:
    with runtime_module.reading() as connection:
        return [connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def run_ids() -> list[str]:
    with runtime_module.reading() as connection:
        return list(connection.scalars(select(runs.c.workflow_run_id).order_by(runs.c.workflow_run_id)))


def test_old_runs_go_and_what_counts_for_a_later_time_stays(in_40_days: Runtime) -> None:
    write(record("old", TODAY), record("on the edge", HORIZON - 1), record("late end", HORIZON))

    removed = remove_old()

    assert run_ids() == ["late end"]
    assert rows(node_executions, node_attempts) == [2, 4]
    assert (removed.runs, removed.node_executions) == (2, 4)
    with runtime_module.reading() as connection:
        assert horizon_ns(connection) == HORIZON
        assert last_removed(connection) == removed


def test_what_came_in_lately_stays_however_long_ago_it_was(runtime: Runtime) -> None:
    write(record("imported", TODAY - 60 * NS_PER_DAY))

    assert not remove_old()
    assert run_ids() == ["imported"]
    with runtime_module.reading() as connection:
        assert horizon_ns(connection) is None


def test_nothing_goes_that_is_not_in_the_cells_yet(in_40_days: Runtime) -> None:
    write(record("old", TODAY), computed=False)

    assert not remove_old()
    assert run_ids() == ["old"]


def test_telemetry_goes_with_its_payloads(in_40_days: Runtime) -> None:
    spans = [SpanFacts(trace_id=bytes([i] * 16), span_id=bytes(8), name="n", start_ns=1, is_ai=True) for i in (1, 2)]
    contents = [Content(one.trace_id, one.span_id, direction=0, is_cut=False, body=b"x") for one in spans]
    telemetry.append(trace_log.pack(spans, (), REAL_NOW), contents)

    assert remove_old().chunks == 2
    assert rows(trace_chunks, span_contents) == [0, 0]


def test_fine_cells_go_before_coarse_ones(runtime: Runtime) -> None:
    now = runtime.clock() // NS_PER_SECOND
    gone, kept = [(0, 3), (1, 91)], [(0, 1), (1, 3), (1, 89), (2, 1000)]
    with runtime_module.unit_of_work() as connection:
        for tier, days in gone + kept:
            at = {"tier": tier, "workflow_key": 1, "cell_start": now - days * 86_400}
            connection.execute(insert(run_cells).values(**at, version_key=0, time_sketch=b"", sketches=b""))
            connection.execute(insert(node_cells).values(**at, node_key=1, version_key=0, model_key=0, time_sketch=b""))

    assert remove_old().cell_units == 2
    with runtime_module.reading() as connection:
        for table in (run_cells, node_cells):
            left = connection.execute(select(table.c.tier, table.c.cell_start))
            assert sorted((tier, (now - start) // 86_400) for tier, start in left) == kept


def test_the_archive_has_what_went(in_40_days: Runtime, tmp_path: Path) -> None:
    given = in_40_days.settings.model_copy(update={"archive_dir": tmp_path / "archive"})
    archiving = Runtime(given, clock=in_40_days.clock)
    write(record("old", TODAY), record("older", TODAY - 5), record("late end", HORIZON))

    with runtime_module.use(archiving):
        assert remove_old().archived_runs == 2
    archiving.close()

    kept = parquet.read_table(tmp_path / "archive" / "runs").to_pylist()
    assert [(row["workflow_run_id"], row["status"], row["app_id"]) for row in kept] == [
        ("old", "succeeded", "shop"),
        ("older", "succeeded", "shop"),
    ]
    assert [kept[0]["cost_usd"], kept[0]["tags"], kept[0]["end_ns"]] == [Decimal("0.000000000001"), '["a"]', TODAY]
    nodes = parquet.read_table(tmp_path / "archive" / "node_executions").to_pylist()
    assert [(row["workflow_run_id"], row["node_execution_id"], row["model"]) for row in nodes] == [
        (run_id, node, "gpt") for run_id in ("old", "older") for node in ("n00000", "n00001")
    ]
    assert parquet.read_table(tmp_path / "archive" / "node_attempts").num_rows == 8
    assert list((tmp_path / "archive").rglob("*.part")) == []


@pytest.fixture
def small(sqlite_url: str) -> Iterator[Runtime]:
    """A database that is to stay below 20 MB."""
    made = Runtime(Settings(database_url=sqlite_url, disk_budget=ByteSize(20_000_000)))
    with runtime_module.use(made):
        yield made
    made.close()


def test_the_oldest_go_when_the_disk_is_to_hold_less(small: Runtime) -> None:
    for begin in range(0, 5_000, 250):
        write(*(record(f"r{number:05}", REAL_NOW - NS_PER_DAY, nodes=20) for number in range(begin, begin + 250)))
        keep_budget()

    with runtime_module.reading() as connection:
        usage = disk_usage(connection)
    left = run_ids()
    assert usage.total_bytes < 20_000_000
    assert left == [f"r{number:05}" for number in range(5_000 - len(left), 5_000)]
    assert len(left) > 500


def test_runs_that_are_not_over_or_not_counted_yet_do_not_go_for_space(small: Runtime) -> None:
    write(*(record(f"a{number:05}", REAL_NOW - NS_PER_DAY, nodes=20) for number in range(2_200)), computed=False)
    write(*(record(f"b{number:05}", REAL_NOW + NS_PER_DAY, nodes=20) for number in range(2_200)), computed=False)

    assert not keep_budget()
    assert rows(runs) == [4_400]


def test_writers_get_their_turns_while_rows_are_removed(small: Runtime) -> None:
    """Rows go in many short steps: somebody who writes all the time is let in between them."""
    write(*(record(f"r{number:05}", REAL_NOW - NS_PER_DAY, nodes=20) for number in range(6_500)))
    written: list[int] = []
    stopping = threading.Event()

    def keep_writing() -> None:
        with runtime_module.use(small):
            while not stopping.is_set():
                write(record("busy", REAL_NOW))
                written.append(1)

    writer = threading.Thread(target=keep_writing)
    writer.start()
    removed = keep_budget()
    stopping.set()
    writer.join()

    assert removed.runs > 500
    assert len(written) >= 3


def test_on_postgresql_whole_days_go_and_today_stays(postgres_url: str) -> None:
    """An empty database is about 8 MB: with a bound below it every day that is over goes."""
    too_small = Settings(database_url=postgres_url).model_copy(update={"disk_budget": 1_000_000})
    tight = Runtime(too_small)
    with runtime_module.use(tight):
        write(record("yesterday", TODAY))
        assert not keep_budget()
        tight.clock = lambda: TODAY + NS_PER_DAY
        write(record("late", TODAY + NS_PER_DAY + 5))

        removed = keep_budget()

        assert (removed.runs, run_ids()) == (1, ["late"])
        with runtime_module.reading() as connection:
            assert horizon_ns(connection) == TODAY + NS_PER_DAY
    tight.close()


def test_a_workflow_whose_runs_are_all_gone_is_listed_with_its_figures(in_40_days: Runtime) -> None:
    write(record("old", TODAY + 9 * 3_600 * NS_PER_SECOND), computed=False)
    rollups.refresh()
    remove_old()
    assert run_ids() == []

    [app] = service.list_apps()
    [workflow] = service.list_workflows("shop", days=90)

    assert (app.app_id, app.workflow_count, app.run_count) == ("shop", 1, 1)
    assert (workflow.workflow_id, workflow.workflow_name, workflow.run_count) == ("flow", None, 1)
    assert app.last_run_at == workflow.last_run_at == instant(TODAY + 9 * 3_600 * NS_PER_SECOND)


def test_a_workflow_whose_runs_were_all_purged_is_not_listed(runtime: Runtime) -> None:
    write(record("r", TODAY), computed=False)
    rollups.refresh()
    service.delete_run("r")
    assert (service.list_apps(), service.list_workflows("shop")) == ((), ())
    rollups.refresh()
    assert (service.list_apps(), service.list_workflows("shop")) == ((), ())
