"""Days are made, take their rows out of the default, and go without what outlives them."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from longpole import runtime as runtime_module
from longpole.domain.runs import NodeExecution, Run, RunRecord
from longpole.domain.units import NS_PER_DAY
from longpole.runtime import Runtime
from longpole.settings import Settings
from longpole.store import partitions
from longpole.store.keys import first_key_at, key_time_ns, row_key
from longpole.store.run_reads import find_record
from longpole.store.run_writes import delete_runs, write_records
from longpole.upkeep.partitions import make_days

NOW = 1_795_600_000_000_000_000


@given(at_ns=st.integers(NOW - 400 * NS_PER_DAY, NOW + 400 * NS_PER_DAY))
def test_keys_of_an_instant_begin_with_its_first(at_ns: int) -> None:
    key = first_key_at(at_ns)

    assert key_time_ns(key) >= at_ns > key_time_ns(key - 1)


@pytest.fixture
def postgres(postgres_url: str) -> Any:
    made = Runtime(Settings(database_url=postgres_url))
    with runtime_module.use(made):
        yield made
    made.close()


def write(connection: Connection, run_id: str, end_ns: int = NOW) -> None:
    run = Run(run_id, "shop", "flow", is_ended=True, start_ns=end_ns, end_ns=end_ns)
    write_records(connection, [RunRecord(run, (NodeExecution(run_id, "n", "n", "tool", "n"),))], now_ns=NOW)


def places(connection: Connection) -> list[tuple[str, str]]:
    rows = connection.execute(text("SELECT tableoid::regclass::text, workflow_run_id FROM runs ORDER BY 2"))
    return [tuple(row) for row in rows]


def today() -> date:
    return partitions.day_of(key_time_ns(row_key()))


def test_rows_are_in_the_partition_of_their_day(postgres: Runtime) -> None:
    with runtime_module.unit_of_work() as connection:
        write(connection, "r1")
        assert places(connection) == [(f"runs_{today():%Y%m%d}", "r1")]


def test_coming_days_are_made_once(postgres: Runtime) -> None:
    postgres.clock = lambda: key_time_ns(row_key()) + 10 * NS_PER_DAY

    assert make_days() == "made 16 partitions"
    assert make_days() is None


def test_a_day_that_was_missing_takes_its_rows_out_of_the_default(postgres: Runtime) -> None:
    with runtime_module.unit_of_work() as connection:
        for table in partitions.PARTITIONED:
            partitions.drop_day(connection, table, today())
        write(connection, "r1")
        assert places(connection) == [("runs_default", "r1")]

    postgres.clock = lambda: key_time_ns(row_key())
    assert make_days() == "made 4 partitions"

    with runtime_module.unit_of_work() as connection:
        assert places(connection) == [(f"runs_{today():%Y%m%d}", "r1")]
        assert find_record(connection, "r1") is not None
        write(connection, "r1", NOW + 1)
        assert len(places(connection)) == 1


def test_a_day_goes_and_what_outlives_it_stays(postgres: Runtime) -> None:
    with runtime_module.unit_of_work() as connection:
        write(connection, "gone")
        write(connection, "kept", NOW + 5)
    with runtime_module.unit_of_work() as connection:
        kept = partitions.kept_runs(connection, today(), NOW + 1)
        assert partitions.count_rows(connection, "runs", today(), kept) == 1
        for table in ("node_attempts", "node_executions", "runs"):
            partitions.drop_day(connection, table, today(), kept)

        assert places(connection) == [("runs_default", "kept")]
        record = find_record(connection, "kept")
        assert record is not None
        assert len(record.nodes) == 1
        write(connection, "gone")
        assert delete_runs(connection, ["gone", "kept"]) == 2
        assert connection.scalar(text("SELECT count(*) FROM run_directory")) == 0
