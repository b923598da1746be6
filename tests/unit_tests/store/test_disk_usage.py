"""How large the database is, and that a new SQLite file becomes smaller when it is told to."""

from longpole import runtime as runtime_module
from longpole.domain.runs import NodeExecution, Run, RunRecord
from longpole.runtime import Runtime
from longpole.settings import Settings
from longpole.store.disk_usage import disk_usage, give_back
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


def test_postgresql_gives_space_back_by_itself(postgres_url: str) -> None:
    runtime = Runtime(Settings(database_url=postgres_url))
    with runtime_module.use(runtime), runtime_module.unit_of_work() as connection:
        assert not give_back(connection, 100)
    runtime.close()
