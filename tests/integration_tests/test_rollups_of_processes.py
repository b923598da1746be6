"""Four processes send everything three times while others refresh and are killed: not a byte of a figure changes."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from longpole import runtime as runtimes
from longpole.runtime import Runtime
from longpole.services import rollups
from longpole.services.performance import WorkflowPerformanceService as Performance
from longpole.settings import Settings
from longpole.store.engine import reading
from longpole.store.tables import node_cells, run_cells

PROGRAM = Path(__file__).with_name("rollup_process.py")
NOW = 20_500 * 86_400 * 10**9


def start(url: str, *what: object) -> subprocess.Popen[str]:
    command = [sys.executable, str(PROGRAM), url, *map(str, what)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str]) -> None:
    _, errors = process.communicate(timeout=120)
    assert (process.returncode, errors) == (0, "")


@contextmanager
def opened(url: str) -> Iterator[Runtime]:
    made = Runtime(Settings(database_url=url), clock=lambda: NOW)
    with runtimes.use(made):
        yield made
    made.close()


def everything(made: Runtime) -> tuple[Any, ...]:
    """All cells, and what is answered."""
    rollups.refresh(everything=True)
    with reading(made.engine) as connection:
        cells = [
            [tuple(bytes(each) if isinstance(each, memoryview) else each for each in row) for row in rows]
            for table in (run_cells, node_cells)
            for rows in [connection.execute(select(table).order_by(*table.primary_key.columns))]
        ]
    asked = (
        Performance.get_workflow_performance_summary,
        Performance.get_node_performance_breakdown,
        Performance.identify_bottlenecks,
    )
    return (*cells, *(ask("app", workflow, 30) for ask in asked for workflow in ("flow", "other")))


@pytest.fixture
def once(tmp_path: Path) -> tuple[Any, ...]:
    """Everything, after it was sent once."""
    url = f"sqlite:///{tmp_path}/once.db"
    with opened(url) as made:
        finish(start(url, "write", 0, 1))
        return everything(made)


def test_four_writers_three_times_each_and_killed_refreshers(database_url: str, once: tuple[Any, ...]) -> None:
    with opened(database_url) as made:
        writers = [start(database_url, "write", seed, 3) for seed in range(1, 5)]
        for _ in range(2):  # killed in the middle of whatever they are at
            refreshers = [start(database_url, "refresh") for _ in range(2)]
            for refresher in refreshers:
                assert refresher.stdout is not None
                assert refresher.stdout.readline() == "refreshing\n"
            for refresher in refreshers:
                refresher.kill()
                refresher.communicate()
        last = start(database_url, "refresh")
        for process in (*writers, last):
            finish(process)

        assert everything(made) == once
