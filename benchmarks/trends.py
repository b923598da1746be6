"""How long the trends of a year take: by day for fifteen nodes, at ten million node rows.

    uv run python benchmarks/trends.py [--rows 10000000] [--keep FOLDER] [--times 20]

The database is that of `queries.py` (200 workflows over 30 days, 15 nodes a run; made if it is not there, which
takes some ten minutes and 3 GB for ten million rows, and kept with --keep). Its busiest workflow then gets the
day cells of a whole year: those of its 30 days are written again for the days before. Answers are those of the
service and of the API; milliseconds of processor time (which a busy machine does not change much) and of wall time,
medians, and the cells that were read. Target: 50 ms.
"""

import argparse
import gc
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import queries
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from longpole import runtime as runtimes
from longpole.app import create_app
from longpole.runtime import Runtime
from longpole.services.performance import WorkflowPerformanceService as Performance
from longpole.settings import Settings
from longpole.store.bulk import insert_rows
from longpole.store.engine import reading, writing
from longpole.store.rollup_horizons import Tier
from longpole.store.row_packing import key_of
from longpole.store.tables import node_cells, run_cells, runs

APP, WORKFLOW = "bench", "workflow-0"
DAYS, DAY, TARGET_MS = 365, 86_400, 50
QUESTIONS = (
    ("node_time by node", {"metric": "node_time", "by": "node"}),
    ("critical_time by node", {"metric": "critical_time", "by": "node"}),
    ("tokens_input by node", {"metric": "tokens_input", "by": "node"}),
    ("node_time by node type", {"metric": "node_time", "by": "node_type"}),
    ("run_time", {"metric": "run_time"}),
    ("cost", {"metric": "cost"}),
)


def main() -> None:
    """Make what is missing, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--keep", type=Path, help="a folder to keep the SQLite file in")
    parser.add_argument("--times", type=int, default=20)
    said = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = (said.keep or Path(folder)) / f"queries-{said.rows}-30.db"
        made = Runtime(Settings(database_url=f"sqlite:///{file}"))
        with runtimes.use(made):
            queries.prepare(made, said.rows, 30)
            newest = lengthened(made)
            made.clock = lambda: newest
            measure(made, said.times)
        made.close()


def lengthened(on: Runtime) -> int:
    """A year of day cells for the busiest workflow; when its last run ended, nanoseconds since the epoch."""
    key = key_of((APP, WORKFLOW))
    with reading(on.engine) as connection:
        last_ns: int = connection.scalar(select(func.max(runs.c.period_ns)).where(runs.c.workflow_key == key))
        copies = []
        for table in (run_cells, node_cells):
            cells = select(table).where(table.c.tier == Tier.DAY, table.c.workflow_key == key)
            rows = [tuple(row) for row in connection.execute(cells.order_by(table.c.cell_start))]
            days = sorted({row[2] for row in rows})
            copies.append((table, _earlier(rows, days, last_ns // 1_000_000_000 - DAYS * DAY)))
    with writing(on.engine) as connection:
        for table, rows in copies:
            insert_rows(connection, table, rows)
    return last_ns


def _earlier(rows: list[tuple[object, ...]], days: list[int], until: int) -> list[tuple[object, ...]]:
    """The same cells over and over, back to `until`; none if they reach that far already."""
    span = days[-1] - days[0] + DAY
    shifts = range(1, max(0, days[0] - until) // span + 2) if days[0] > until else ()
    return [(*row[:2], int(str(row[2])) - shift * span, *row[3:]) for shift in shifts for row in rows]


def measure(on: Runtime, times: int) -> None:
    """A line per question."""
    path = f"/apps/{APP}/workflows/{WORKFLOW}/performance/trends"
    print(f"{'a year by day':26}{'points':>8}{'service':>10}{'(wall)':>9}{'over HTTP':>11}{'(wall)':>9}   ms")
    with TestClient(create_app(on)) as client:
        gc.freeze()  # as `longpole serve` does
        gc.set_threshold(20_000, 10, 20)
        for name, asked in QUESTIONS:
            items = Performance.get_performance_trends(APP, WORKFLOW, days=DAYS, **asked).items
            points = sum(len(line.points) for line in items)
            service = medians(
                lambda asked=asked: Performance.get_performance_trends(APP, WORKFLOW, days=DAYS, **asked), times
            )
            served = medians(lambda asked=asked: client.get(path, params={**asked, "days": DAYS}).read(), times)
            print(f"{name:26}{points:8,}{service[0]:10.1f}{service[1]:9.1f}{served[0]:11.1f}{served[1]:9.1f}")
    print(f"{'target':26}{'':8}{TARGET_MS:10}")


def medians(ask: Callable[[], object], times: int) -> tuple[float, float]:
    """Milliseconds of processor time and of wall time, after one time to warm up."""
    ask()
    spent, took = [], []
    for _ in range(times):
        started, begun = time.perf_counter(), time.process_time()
        ask()
        spent.append((time.process_time() - begun) * 1_000)
        took.append((time.perf_counter() - started) * 1_000)
    return statistics.median(spent), statistics.median(took)


if __name__ == "__main__":
    main()
