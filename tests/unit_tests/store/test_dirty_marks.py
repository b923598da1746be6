"""Whatever changes what a period comes to leaves a mark, in the transaction that changes it."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import delete, select

from longpole.domain.runs import CostSource, NodeExecution, Run, RunRecord, RunStatus
from longpole.runtime import Runtime
from longpole.services import recording
from longpole.services.reports import NodeReport
from longpole.store.dirty_marks import ANY_CHANGE, Behind, replace_marks
from longpole.store.engine import reading, writing
from longpole.store.repricing import NodeCost, write_costs
from longpole.store.row_packing import key_of
from longpole.store.run_writes import delete_runs, write_records
from longpole.store.tables import dirty_marks, runs

SECOND = 1_000_000_000
SHOP = key_of(("app", "shop"))
BANK = key_of(("app", "bank"))
NEW = "the run's own key"


def ended(run_id: str, at_s: int, workflow: str = "shop") -> RunRecord:
    run = Run(run_id, "app", workflow, status=RunStatus.SUCCEEDED, is_ended=True, end_ns=at_s * SECOND)
    return RunRecord(run, (NodeExecution(run_id, "e", "n", "llm", "N"),))


def write(runtime: Runtime, *records: RunRecord) -> None:
    with writing(runtime.engine) as connection:
        write_records(connection, records, now_ns=0)


def take_marks(runtime: Runtime) -> list[tuple[int, int, object]]:
    """The units that are marked, each with what became of it; the marks are gone then."""
    with writing(runtime.engine) as connection:
        keys = set(connection.scalars(select(runs.c.run_key)))
        found = connection.execute(select(dirty_marks).order_by(dirty_marks.c.mark_key)).all()
        connection.execute(delete(dirty_marks))
    assert all(row.run_key in keys for row in found if row.run_key != ANY_CHANGE)
    return [(row.workflow_key, row.cell_start, NEW if row.run_key else "changed") for row in found]


def test_a_run_that_has_not_ended_marks_nothing(runtime: Runtime) -> None:
    write(runtime, RunRecord(Run("r", "app", "shop", start_ns=5)))

    assert take_marks(runtime) == []


def test_a_new_run_marks_the_unit_of_its_end_with_its_key(runtime: Runtime) -> None:
    write(runtime, ended("a", 299), ended("b", 300))

    assert sorted(take_marks(runtime)) == [(SHOP, 0, NEW), (SHOP, 300, NEW)]


def test_a_unit_before_1970_begins_before_its_runs(runtime: Runtime) -> None:
    write(runtime, ended("a", -1))

    assert take_marks(runtime) == [(SHOP, -300, NEW)]


def test_a_run_that_ends_later_than_it_was_seen_is_new_then(runtime: Runtime) -> None:
    write(runtime, RunRecord(Run("r", "app", "shop", start_ns=5)))
    write(runtime, ended("r", 10))

    assert take_marks(runtime) == [(SHOP, 0, NEW)]


def test_the_same_run_again_marks_its_unit_as_changed(runtime: Runtime) -> None:
    write(runtime, ended("r", 10))
    take_marks(runtime)
    write(runtime, ended("r", 10))

    assert take_marks(runtime) == [(SHOP, 0, "changed")]


@pytest.mark.parametrize(
    ("moved", "unit"), [(ended("r", 900), (SHOP, 900)), (ended("r", 10, "bank"), (BANK, 0))], ids=["time", "workflow"]
)
def test_a_run_that_moves_marks_where_it_was_and_where_it_is(
    runtime: Runtime, moved: RunRecord, unit: tuple[int, int]
) -> None:
    write(runtime, ended("r", 10))
    take_marks(runtime)
    write(runtime, moved)

    assert sorted(take_marks(runtime)) == sorted([(SHOP, 0, "changed"), (*unit, "changed")])


def test_a_run_that_goes_marks_where_it_was(runtime: Runtime) -> None:
    write(runtime, ended("r", 10))
    take_marks(runtime)
    with writing(runtime.engine) as connection:
        delete_runs(connection, ["r"])

    assert take_marks(runtime) == [(SHOP, 0, "changed")]


def test_a_change_of_a_price_marks_the_unit(runtime: Runtime) -> None:
    write(runtime, ended("r", 10))
    take_marks(runtime)
    with writing(runtime.engine) as connection:
        key = connection.scalars(select(runs.c.run_key)).one()
        write_costs(connection, [NodeCost(key, "e", Decimal("0.5"), CostSource.COMPUTED)], [], 0)

    assert take_marks(runtime) == [(SHOP, 0, "changed")]


def test_reports_of_a_run_and_of_its_nodes_mark_it(runtime: Runtime) -> None:
    recording.record_node_execution(
        NodeReport(workflow_run_id="r", node_id="n", node_execution_id="e", node_type="llm")
    )
    before = take_marks(runtime)
    recording.record_run(
        "app", "shop", {"workflow_run_id": "r", "total_execution_time": 1, "finished_at": "1970-01-01T00:05:01Z"}
    )
    at_first = take_marks(runtime)
    recording.record_node_execution(
        NodeReport(workflow_run_id="r", node_id="n", node_execution_id="f", node_type="llm")
    )

    assert (before, at_first, take_marks(runtime)) == ([], [(SHOP, 300, NEW)], [(SHOP, 300, "changed")])


def test_what_is_rolled_back_leaves_no_mark(runtime: Runtime) -> None:
    with runtime.engine.connect() as connection:
        write_records(connection, [ended("r", 10)], now_ns=0)
        connection.rollback()

    assert take_marks(runtime) == []


def test_a_coarser_cell_has_one_mark_which_is_another_each_time(runtime: Runtime) -> None:
    def marks() -> Iterable[int]:
        with reading(runtime.engine) as connection:
            return connection.scalars(select(dirty_marks.c.mark_key).where(dirty_marks.c.tier == Behind.HOUR)).all()

    with writing(runtime.engine) as connection:
        replace_marks(connection, Behind.HOUR, [(SHOP, 0), (SHOP, 0)])
    first = marks()
    with writing(runtime.engine) as connection:
        replace_marks(connection, Behind.HOUR, [(SHOP, 0)])

    assert len(first) == len(marks()) == 1
    assert first != marks()


def test_a_run_of_no_workflow_counts_nowhere(runtime: Runtime) -> None:
    record = ended("r", 10)
    write(runtime, replace(record, run=replace(record.run, app_id=None, workflow_id=None)))

    assert take_marks(runtime) == []
