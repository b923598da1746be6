"""How long the answers for a period take, at two sizes of the database, beside the same answers from raw rows.

    uv run python benchmarks/queries.py [--rows 1000000 10000000] [--days 30] [--database-url URL] [--keep FOLDER]
    uv run python benchmarks/queries.py --rows --phoenix-python v-phoenix/bin/python --mlflow-python v-mlflow/bin/python

Node rows of 200 workflows (the busiest has a fifth of the runs, as by Zipf), 15
nodes a run in three branches, times lognormal, spread evenly over the days up
to now. Rows are written in bulk and marked; the cells are then made by the
product's own refresh, which is timed. Every answer is that of the service
itself, for 7 days, on a warm database; medians of many.

Ten million rows take some ten minutes and 3 GB; they are kept with --keep, and
used again. Peers are asked beside us where there are environments with them (see
`query_peers`); `--rows` without a number leaves the rest out.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np
import query_peers

from longpole import runtime as runtimes
from longpole.domain.run_lists import RunFilters
from longpole.domain.runs import NodeExecution, Run
from longpole.runtime import Runtime
from longpole.services import rollups, trends
from longpole.services.performance import WorkflowPerformanceService as Performance
from longpole.services.runs import list_apps, list_workflows
from longpole.settings import Settings
from longpole.store.bulk import insert_rows
from longpole.store.cell_writes import take_turn
from longpole.store.dimension_writes import write_dimensions
from longpole.store.dirty_marks import ANY_CHANGE, Behind
from longpole.store.engine import reading, writing
from longpole.store.keys import row_key
from longpole.store.rollup_horizons import Tier, retire_cells
from longpole.store.row_packing import node_dimension, packer, workflow_dimension
from longpole.store.tables import dirty_marks, node_executions, run_directory, runs

WORKFLOWS, NODES, RUNS_AT_ONCE = 200, 15, 2_000
SECOND, DAY = 1_000_000_000, 86_400 * 1_000_000_000
KEY_EPOCH_US = 1_704_067_200_000_000
TARGETS_MS = {"run summary": 5, "node breakdown": 25, "bottlenecks": 25, "200 workflows": 50}


def main() -> None:
    """Fill a database of each size, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="*", default=[1_000_000, 10_000_000])
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--database-url", help="an empty database; its figures are those of the first size only")
    parser.add_argument("--keep", type=Path, help="a folder to keep the SQLite files in")
    parser.add_argument("--phoenix-python", type=Path, help="the Python of an environment with arize-phoenix")
    parser.add_argument("--mlflow-python", type=Path, help="the Python of an environment with mlflow")
    parser.add_argument("--peer-spans", type=int, default=55_000, help="how many each has that is asked beside a peer")
    said = parser.parse_args()
    ourselves(said)
    if said.phoenix_python or said.mlflow_python:
        query_peers.beside(said.peer_spans, said.phoenix_python, said.mlflow_python)


def ourselves(said: argparse.Namespace) -> None:
    """From cells and from raw rows, at each size."""
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        for rows in said.rows[:1] if said.database_url else said.rows:
            file = (said.keep or Path(folder)) / f"queries-{rows}-{said.days}.db"
            made = Runtime(Settings(database_url=said.database_url or f"sqlite:///{file}"))
            with runtimes.use(made):
                prepare(made, rows, said.days)
                figures[rows] = answers()
            made.close()
            show(rows, figures[rows])
    sizes = sorted(figures)
    if len(sizes) > 1:
        compare(sizes, figures)


def prepare(on: Runtime, rows: int, days: int) -> None:
    """Fill the database, unless it is filled already."""
    with reading(on.engine) as connection:
        if connection.execute(runs.select().limit(1)).first() is not None:
            return
    now_ns = on.clock()
    started = time.perf_counter()
    fill(on, rows, days, now_ns)
    elapsed = time.perf_counter() - started
    print(f"{rows:,} node rows of {days} days written in {elapsed:.0f} s ({rows / elapsed:,.0f} a second)")
    started = time.perf_counter()
    done = rollups.refresh()
    elapsed = time.perf_counter() - started
    read = done.runs * NODES
    print(f"  refresh: {read:,} raw node rows in {elapsed:.1f} s ({read / elapsed:,.0f} a second), {done}")
    started = time.perf_counter()
    hours = trends.refresh_trends(seconds=20)
    elapsed = time.perf_counter() - started
    print(f"  trends: {hours:,} hours of workflows in {elapsed:.1f} s ({hours / elapsed:,.0f} a second)")


def fill(on: Runtime, rows: int, days: float, now_ns: int) -> None:
    """Write runs with their nodes and a mark for each unit, as an import does."""
    chance = np.random.default_rng(1)
    count = rows // NODES
    ends = np.sort(chance.integers(int(now_ns - days * DAY), now_ns, count))
    popularity = 1 / np.arange(1, WORKFLOWS + 1)
    workflow = chance.choice(WORKFLOWS, count, p=popularity / popularity.sum())
    nodes = [NodeExecution("", "", f"node-{place}", kind(place), f"Node {place}") for place in range(NODES)]
    known = [Run("", "bench", f"workflow-{place}") for place in range(WORKFLOWS)]
    refers = packer(on.engine.dialect.name)
    node_keys = [refers.nodes[node_dimension(node)] for node in nodes]
    keys = np.array([refers.workflows[workflow_dimension(each)] for each in known])[workflow]
    with writing(on.engine) as connection:
        write_dimensions(connection, refers)
        take_turn(connection)
        retire_cells(connection, Tier.UNIT, now_ns // SECOND - 2 * 3_600)
    for begin in range(0, count, RUNS_AT_ONCE):
        part = slice(begin, begin + RUNS_AT_ONCE)
        run_rows, node_rows = packed(chance, ends[part], keys[part], node_keys)
        with writing(on.engine) as connection:
            if on.engine.dialect.name == "postgresql":
                insert_rows(connection, run_directory, [(row[1], row[0]) for row in run_rows])
            insert_rows(connection, runs, run_rows)
            insert_rows(connection, node_executions, node_rows)
    units = sorted({(key, end // (300 * SECOND) * 300) for key, end in zip(keys.tolist(), ends.tolist(), strict=True)})
    marks = [(int(Behind.UNIT), row_key(), *unit, ANY_CHANGE) for unit in units]
    with writing(on.engine) as connection:
        insert_rows(connection, dirty_marks, marks)


def kind(place: int) -> str:
    """Every third node calls a model."""
    return "llm" if place % 3 == 0 else "code"


def packed(
    chance: np.random.Generator, ends: np.ndarray, workflow_keys: np.ndarray, node_keys: list[int]
) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Rows of runs, and of their nodes: three branches of five nodes that run one after the other."""
    count = len(ends)
    times = chance.lognormal(19.5, 0.8, (count, NODES)).astype(np.int64)
    before = np.cumsum(times.reshape(count, 3, 5), axis=2) - times.reshape(count, 3, 5)
    lasted = times.reshape(count, 3, 5).sum(axis=2).max(axis=1)
    starts = (ends - lasted)[:, None] + before.reshape(count, NODES)
    run_keys = (((ends // 1_000) - KEY_EPOCH_US) << 12) + np.arange(count) % 4_096
    run_keys = np.maximum.accumulate(run_keys + np.arange(count))
    failed = chance.random(count) < 0.02
    known: dict[str, Iterator[Any]] = {
        "run_key": iter(run_keys.tolist()),
        "workflow_run_id": (f"{key:032x}" for key in run_keys.tolist()),
        "workflow_key": iter(workflow_keys.tolist()),
        "source": repeat("otlp"),
        "status": iter(failed.astype(int).tolist()),
        "is_ended": repeat(True),  # noqa: FBT003 - a column
        "start_ns": iter((ends - lasted).tolist()),
        "elapsed_ns": iter(lasted.tolist()),
        "node_count": repeat(NODES),
        "successful_nodes": repeat(NODES),
        "failed_nodes": repeat(0),
        "has_gaps": repeat(False),  # noqa: FBT003 - a column
        "is_abandoned": repeat(False),  # noqa: FBT003 - a column
        "input_tokens": iter(chance.integers(100, 5_000, count).tolist()),
        "output_tokens": iter(chance.integers(10, 1_000, count).tolist()),
    }
    for name in ("end_ns", "period_ns", "recorded_ns", "updated_ns", "last_received_ns"):
        known[name] = iter(ends.tolist())
    columns = [known.get(column.name, repeat(None)) for column in runs.columns]
    of_node: dict[str, Iterator[Any]] = {
        "run_key": (key for key in run_keys.tolist() for _ in range(NODES)),
        "node_execution_id": (
            f"{place:04x}{key & 0xFFFFFFFFFFFF:012x}" for key in run_keys.tolist() for place in range(NODES)
        ),
        "node_key": (key for _ in range(count) for key in node_keys),
        "status": repeat(0),
        "start_ns": iter(starts.ravel().tolist()),
        "elapsed_ns": iter(times.ravel().tolist()),
        "attempts": repeat(1),
        "input_tokens": (500 if place % 3 == 0 else None for _ in range(count) for place in range(NODES)),
        "output_tokens": (50 if place % 3 == 0 else None for _ in range(count) for place in range(NODES)),
        "input_bytes": repeat(1_000),
        "output_bytes": repeat(1_000),
    }
    node_columns = [of_node.get(column.name, repeat(None)) for column in node_executions.columns]
    return list(zip(*columns, strict=False)), list(zip(*node_columns, strict=False))


def answers() -> dict[str, tuple[float, float | None]]:
    """By question: milliseconds from cells, and from raw rows of the same workflow."""
    busiest = ("bench", "workflow-0", 7)
    everything = RunFilters()
    asked: dict[str, Callable[..., Any]] = {
        "run summary": Performance.get_workflow_performance_summary,
        "node breakdown": Performance.get_node_performance_breakdown,
        "bottlenecks": Performance.identify_bottlenecks,
    }
    found: dict[str, tuple[float, float | None]] = {}
    for name, ask in asked.items():
        from_cells = median_ms(lambda ask=ask: ask(*busiest), 30)
        try:
            from_raw = median_ms(lambda ask=ask: ask(*busiest, filters=everything), 3)
        except Exception as error:  # noqa: BLE001 - too many rows is an answer, too
            print(f"  {name} from raw rows: {error}")
            from_raw = None
        found[name] = (from_cells, from_raw)
    found["200 workflows"] = (median_ms(lambda: list_workflows("bench"), 15), None)
    found["applications"] = (median_ms(list_apps, 15), None)
    return found


def median_ms(ask: Callable[[], object], times: int) -> float:
    """After one time to warm up."""
    ask()
    took = []
    for _ in range(times):
        started = time.perf_counter()
        ask()
        took.append((time.perf_counter() - started) * 1_000)
    return statistics.median(took)


def show(rows: int, found: dict[str, tuple[float, float | None]]) -> None:
    """A line per question."""
    print(f"{rows:,} node rows, 7 days, medians in ms")
    for name, (cells, raw) in found.items():
        target = f"target {TARGETS_MS[name]}" if name in TARGETS_MS else ""
        beside = "" if raw is None else f"raw rows {raw:9.1f}  ({raw / cells:,.0f} times as long)"
        print(f"  {name:16}{cells:8.2f}  {target:10} {beside}")


def compare(sizes: list[int], figures: dict[int, dict[str, tuple[float, float | None]]]) -> None:
    """How the largest is to the smallest; the target is 3."""
    small, large = figures[sizes[0]], figures[sizes[-1]]
    print(f"{sizes[-1]:,} rows beside {sizes[0]:,}: target at most 3")
    for name in small:
        print(f"  {name:16}{large[name][0] / small[name][0]:8.2f}")


if __name__ == "__main__":
    main()
