"""`GET /system` says how the installation is."""

import time

from fastapi.testclient import TestClient

from longpole import __version__
from longpole import runtime as runtime_module
from longpole.app import create_app
from longpole.runtime import Runtime
from longpole.settings import Settings
from longpole.store import upkeep_log
from longpole.store.retention_facts import Removed, remember_removed
from longpole.store.upkeep_log import TaskRun

SECOND = 1_000_000_000


def test_it_works(database_url: str) -> None:
    quiet = Runtime(Settings(database_url=database_url, upkeep=False, disk_budget="200MB"))
    with runtime_module.use(quiet), runtime_module.unit_of_work() as connection:
        upkeep_log.record(connection, TaskRun("rollups", 2.0, 10 * SECOND, SECOND // 2, "3 cells", None, "host:1"))
        upkeep_log.record(connection, TaskRun("retention", 3600.0, 20 * SECOND, 0, None, "disk full", "host:1"))
        upkeep_log.remember(connection, "raw_horizon_ns", 86_400 * SECOND)
        remember_removed(connection, Removed(30 * SECOND, 5, 50, 7, 0, 0, 20_000_000))
    with TestClient(create_app(quiet)) as client:
        answer = client.get("/system")
    quiet.close()

    assert answer.status_code == 200
    told = answer.json()
    database = told.pop("database")
    assert database.pop("kind") == database_url.split(":", maxsplit=1)[0]
    assert database.pop("used_bytes") > 50_000
    assert database.pop("budget_bytes") == 200_000_000
    assert set(database) == {"reusable_bytes", "log_bytes"}
    assert told == {
        "version": __version__,
        "queue": {"waiting_bytes": 0, "capacity_bytes": 134_217_728},
        "tasks": [
            {
                "name": "retention",
                "every": 3600.0,
                "last_run_at": "1970-01-01T00:00:20Z",
                "elapsed": 0.0,
                "outcome": None,
                "error": "disk full",
                "next_due_at": "1970-01-01T01:00:20Z",
                "process": "host:1",
            },
            {
                "name": "rollups",
                "every": 2.0,
                "last_run_at": "1970-01-01T00:00:10Z",
                "elapsed": 0.5,
                "outcome": "3 cells",
                "error": None,
                "next_due_at": "1970-01-01T00:00:12.500000Z",
                "process": "host:1",
            },
        ],
        "last_removal": {
            "at": "1970-01-01T00:00:30Z",
            "runs": 5,
            "node_executions": 50,
            "chunks": 7,
            "cell_units": 0,
            "archived_runs": 0,
            "longest_transaction": 0.02,
        },
        "raw_horizon": "1970-01-02T00:00:00Z",
        "metrics": {"most_names": 50, "dropped_names": 0, "last_dropped_at": None},
    }


def test_the_server_does_the_upkeep_by_itself(client: TestClient) -> None:
    """`client` is an application whose clock stands still: every task runs once."""
    until = time.monotonic() + 10
    told = client.get("/system").json()
    while not any(task["name"] == "retention" for task in told["tasks"]) and time.monotonic() < until:
        told = client.get("/system").json()

    [task] = [task for task in told["tasks"] if task["name"] == "retention"]
    assert (task["error"], task["last_run_at"]) == (None, "2026-11-08T12:00:00Z")
    assert told["last_removal"] is None
