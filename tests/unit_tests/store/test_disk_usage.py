"""How large the database is, and that a new SQLite file becomes smaller when it is told to."""

from pathlib import Path

import pytest

from longpole import runtime as runtime_module
from longpole.domain.runs import NodeExecution, Run, RunRecord
from longpole.runtime import Runtime
from longpole.settings import Settings
from longpole.store.disk_usage import disk_usage, give_back, keep_log_short, leave_log, shorten_log, write_back
from longpole.store.run_writes import delete_runs, write_records


def test_the_size_is_known(runtime: Runtime) -> None:
    with runtime_module.reading() as connection:
        usage = disk_usage(connection)

    assert 50_000 < usage.used_bytes < 50_000_000
    assert usage.total_bytes == usage.used_bytes + usage.reusable_bytes + usage.log_bytes


def test_free_pages_are_given_back(sqlite_url: str) -> None:
    runtime = Runtime(Settings(database_url=sqlite_url))
    nodes = tuple(NodeExecution("r", f"node execution {number:06}", "n", "tool", "n") for number in range(20_000))
    with runtime_module.use(runtime):
        with runtime_module.unit_of_work() as connection:
            write_records(connection, [RunRecord(Run("r", "shop", "flow"), nodes)], now_ns=1)
        with runtime_module.unit_of_work() as connection:
            delete_runs(connection, ["r"])
            before = disk_usage(connection)
        with runtime_module.unit_of_work() as connection:
            while give_back(connection, 100):
                pass
            after = disk_usage(connection)
    runtime.close()

    assert before.reusable_bytes > 500_000
    assert after.reusable_bytes == 0
    assert after.used_bytes <= before.used_bytes


def test_a_log_is_left_to_be_written_back_apart(sqlite_url: str) -> None:
    """Ten megabytes are written without any of it being written back, until that is asked for; then it is cut off."""
    runtime = Runtime(Settings(database_url=sqlite_url))
    leave_log(runtime.engine)
    nodes = tuple(NodeExecution("r", f"node execution {number:06}", "n", "tool", "n") for number in range(5_000))
    with runtime_module.use(runtime):
        for number in range(20):
            with runtime_module.unit_of_work() as connection:
                write_records(connection, [RunRecord(Run(f"r{number}", "shop", "flow"), nodes)], now_ns=1)
        file = Path(sqlite_url.removeprefix("sqlite:///"))
        size = file.stat().st_size
        write_back(runtime.engine)
        assert file.stat().st_size > size + 5_000_000
        assert shorten_log(runtime.engine)
        with runtime_module.reading() as connection:
            assert disk_usage(connection).log_bytes == 0
    runtime.close()


def test_a_log_that_somebody_reads_is_cut_off_later(sqlite_url: str) -> None:
    runtime = Runtime(Settings(database_url=sqlite_url))
    with runtime.engine.connect() as reader:
        reader.exec_driver_sql("SELECT count(*) FROM runs")
        with runtime_module.use(runtime), runtime_module.unit_of_work() as connection:
            write_records(connection, [RunRecord(Run("r", "shop", "flow"), ())], now_ns=1)
        assert not shorten_log(runtime.engine)
    assert shorten_log(runtime.engine)
    runtime.close()


def test_who_reads_for_long_keeps_the_log_short_in_between(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A short log is left alone; a long one is cut off, but not while somebody else reads it."""
    runtime = Runtime(Settings(database_url=sqlite_url))
    log = Path(f"{sqlite_url.removeprefix('sqlite:///')}-wal")
    with runtime_module.use(runtime), runtime_module.unit_of_work() as connection:
        write_records(connection, [RunRecord(Run("r", "shop", "flow"), ())], now_ns=1)
    written = log.stat().st_size

    keep_log_short(runtime.engine)
    assert log.stat().st_size == written > 0

    monkeypatch.setattr("longpole.store.disk_usage._LONG_LOG_BYTES", 1)
    with runtime.engine.connect() as reader:
        reader.exec_driver_sql("SELECT count(*) FROM runs")
        with runtime_module.use(runtime), runtime_module.unit_of_work() as connection:
            delete_runs(connection, ["r"])
        keep_log_short(runtime.engine)
        assert log.stat().st_size > 0
    keep_log_short(runtime.engine)
    assert log.stat().st_size == 0
    runtime.close()


def test_postgresql_gives_space_back_by_itself(postgres_url: str) -> None:
    runtime = Runtime(Settings(database_url=postgres_url))
    with runtime_module.use(runtime), runtime_module.unit_of_work() as connection:
        assert not give_back(connection, 100)
    leave_log(runtime.engine)
    write_back(runtime.engine)
    assert shorten_log(runtime.engine)
    runtime.close()
