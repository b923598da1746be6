"""A database for what is recorded and cached, and the SDK as if nobody had said anything yet."""

from collections.abc import Callable, Iterator

import pytest

import longpole
from longpole import runtime as runtime_module
from longpole.domain.runs import NodeExecution, RunRecord
from longpole.runtime import Runtime
from longpole.services import runs
from longpole.settings import Settings

RunsOf = Callable[[str, str], list[RunRecord]]


@pytest.fixture(autouse=True)
def here(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runtime]:
    """The runtime of this process, on a new database."""
    monkeypatch.delenv("OTEL_SERVICE_NAME", raising=False)
    longpole.configure()
    made = Runtime(Settings(database_url=sqlite_url))
    runtime_module.install(made)
    yield made
    longpole.flush(10)
    made.close()


@pytest.fixture
def runs_of() -> RunsOf:
    """What is recorded of a workflow, the oldest run first."""

    def read(app_id: str, workflow_id: str) -> list[RunRecord]:
        assert longpole.flush(10)
        found = runs.list_runs(app_id, workflow_id, limit=100).items
        return [runs.get_run(run.workflow_run_id) for run in sorted(found, key=lambda run: run.start_ns or 0)]

    return read


def by_id(record: RunRecord) -> dict[str, NodeExecution]:
    """The nodes of a run by their ids; each ran once."""
    found = {node.node_id: node for node in record.nodes}
    assert len(found) == len(record.nodes)
    return found
