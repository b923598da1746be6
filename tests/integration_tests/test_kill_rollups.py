"""`kill -9` of writers and refreshers in the middle of whatever they are at leaves no wrong cell and no wrong trend.

What is expected is counted here from the raw rows, run by run, in plain
Python, by nothing that the product uses.
"""

import multiprocessing
import random
import runpy
import signal
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import groupby
from math import ceil, log2, sqrt
from pathlib import Path
from statistics import quantiles
from typing import Any

import msgspec
import pytest
from sqlalchemy import create_engine, make_url, select, text

from longpole import runtime as runtimes
from longpole.analysis.sketch import unpacked
from longpole.runtime import Runtime
from longpole.services import rollups, trends
from longpole.services.performance import WorkflowPerformanceService as Performance
from longpole.settings import Settings
from longpole.store import tables
from longpole.store.engine import reading

PROGRAM = Path(__file__).with_name("rollup_kill_process.py")
NOW = 20_500 * 86_400 * 10**9
LENGTHS = (300, 3_600, 86_400)
KINDS = ("input", "output", "cache_read", "cache_write", "reasoning")

Figures = dict[str, Any]
Told = dict[Any, Figures]


FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["longpole.services.trends", "longpole.store.run_writes", "psycopg"])


class Worker:
    """A process at work, and how often it has said that it did something."""

    def __init__(self, url: str, what: str, seed: float = 0) -> None:
        self.done = FORKS.Semaphore(0)
        task = (url, what, seed, self.done)
        self.process = FORKS.Process(target=runpy.run_path, args=(str(PROGRAM), {"task": task}), daemon=True)
        self.process.start()

    def wait(self, times: int) -> None:
        for _ in range(times):
            assert self.done.acquire(timeout=60)


def settle(url: str) -> None:
    worker = Worker(url, "settle")
    worker.process.join(300)
    assert worker.process.exitcode == 0


@contextmanager
def opened(url: str) -> Iterator[Runtime]:
    made = Runtime(Settings(database_url=url), clock=lambda: NOW)
    with runtimes.use(made):
        yield made
    made.close()


def killed_round(url: str, chance: random.Random) -> None:
    """Two writers and a refresher at work, until one of them has done so much; then all are killed."""
    workers = [Worker(url, what, chance.random()) for what in ("churn", "churn", "refresh")]
    try:
        for worker in workers:
            worker.wait(1)  # all are at work
        watched = chance.randrange(3)
        workers[watched].wait(chance.randrange(20 if watched < 2 else 3))
        threading.Event().wait(chance.random() / 50)  # in the middle of something
        chance.shuffle(workers)
    finally:
        for worker in workers:
            worker.process.kill()
        for worker in workers:
            worker.process.join()
    assert [worker.process.exitcode for worker in workers] == [-signal.SIGKILL] * 3  # none had ended by itself


def wait_until_alone(url: str) -> None:
    """PostgreSQL may still carry out what a killed client asked for last."""
    if url.startswith("sqlite"):
        return
    others = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    with engine.connect() as connection:
        for _ in range(600):
            if connection.scalar(others) == 0:
                break
            connection.execute(text("SELECT pg_sleep(0.05), pg_stat_clear_snapshot()"))
        else:
            raise AssertionError("somebody is still there")
    engine.dispose()


def spread(values: Iterable[int | None]) -> tuple[Any, ...] | None:
    """What a sketch holds of the values that are known."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    buckets = Counter(ceil(log2(value) * 64) - 1 for value in known if value)
    squares = sum(value * value for value in known)
    return (len(known), known.count(0), min(known), max(known), sum(known), squares, sorted(buckets.items()))


def held(packed: bytes | None) -> tuple[Any, ...] | None:
    if not packed:
        return None
    found = unpacked(bytes(packed))
    buckets = list(zip(found.indices.tolist(), found.counts.tolist(), strict=True))
    return (found.count, found.zeros, found.least, found.greatest, found.total, found.squares, buckets)


def total(values: Iterable[Any]) -> Any:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


class Raw:
    """The rows of runs and nodes, as they are."""

    def __init__(self, made: Runtime) -> None:
        with reading(made.engine) as connection:
            self.runs = connection.execute(select(tables.runs).where(tables.runs.c.is_ended)).all()
            self.workflows = {row.workflow_key: row for row in connection.execute(select(tables.workflows))}
            self.node_ids = {row.node_key: row.node_id for row in connection.execute(select(tables.nodes))}
            self.models = {row.model_key: row.model for row in connection.execute(select(tables.models))} | {0: None}
            known = connection.execute(select(tables.versions))
            self.versions = {row.version_key: row.workflow_version for row in known} | {0: None}
            self.nodes = defaultdict(list)
            for row in connection.execute(select(tables.node_executions)):
                self.nodes[row.run_key].append(row)
            self.formula = connection.scalar(select(tables.custom_metrics.c.expression))

    def by(self, key_of: Any) -> Iterator[tuple[Any, list[Any]]]:
        keyed = sorted(((key_of(run), run) for run in self.runs), key=lambda pair: repr(pair[0]))
        for key, group in groupby(keyed, key=lambda pair: pair[0]):
            yield key, [run for _, run in group]

    def waiting(self, run: Any) -> int:
        """Nodes of these runs follow each other: what none of them took is the engine's."""
        return run.end_ns - run.start_ns - sum(node.elapsed_ns for node in self.nodes[run.run_key])

    def speed(self, run: Any) -> float | None:
        """What the formula that stands comes to."""
        if self.formula == "node_count * 2":
            return float(run.node_count * 2)
        if self.formula is None or run.output_tokens is None or not run.node_count:
            return None
        return float(run.output_tokens / run.node_count)

    def retries(self, run: Any) -> int:
        return sum(node.attempts - 1 for node in self.nodes[run.run_key])


def cell(run: Any, tier: int) -> tuple[Any, ...]:
    second = run.end_ns // 10**9
    return (tier, run.workflow_key, second // LENGTHS[tier] * LENGTHS[tier], run.workflow_version)


def expected_run_cells(raw: Raw) -> Told:
    return {
        key: {
            "run_count": len(runs),
            **{name: sum(run.status == name for run in runs) for name in ("succeeded", "failed", "partial")},
            "node_count": sum(run.node_count for run in runs),
            "failed_nodes": sum(run.failed_nodes for run in runs),
            "retries": sum(raw.retries(run) for run in runs),
            "cost_usd": total(run.known_cost_usd for run in runs),
            "cost_known_runs": sum(run.cost_usd is not None for run in runs),
            **{f"{kind}_tokens": total(getattr(run, f"{kind}_tokens") for run in runs) for kind in (*KINDS, "total")},
            "path_ns": sum(run.end_ns - run.start_ns for run in runs),
            "engine_overhead_ns": sum(raw.waiting(run) for run in runs),
            "queue_ns": 0,
            "time": spread(run.elapsed_ns for run in runs),
            **measured(raw, runs),
            **{name: spread(values) for name, values in distributions(raw, runs).items()},
        }
        for tier in range(3)
        for key, runs in raw.by(lambda run, tier=tier: cell(run, tier))
    }


def measured(raw: Raw, runs: list[Any]) -> Figures:
    """Users' own numbers by sign and size: millionths from 1 on, millionths of millionths below."""
    numbers = {
        "metric": ("quality", [(run.metrics or {}).get("quality") for run in runs]),
        "node_metric": ("rows", [(node.metrics or {}).get("rows") for run in runs for node in raw.nodes[run.run_key]]),
        "formula": ("speed", [raw.speed(run) for run in runs]),
    }
    return {
        f"{kind}{within}:{name}": spread(round(abs(each) * unit) for each in values if each is not None and is_in(each))
        for kind, (name, values) in numbers.items()
        for within, unit, is_in in RANGES
    }


RANGES: list[tuple[str, int, Any]] = [
    ("", 10**6, lambda number: number >= 1),
    ("~", 10**12, lambda number: 0 <= number < 1),
    ("-~", 10**12, lambda number: -1 < number < 0),
    ("-", 10**6, lambda number: number <= -1),
]


def distributions(raw: Raw, runs: list[Any]) -> dict[str, list[int | None]]:
    """Values of the further metrics; those of time in nanoseconds, money in pico-dollars."""
    with_nodes = [run for run in runs if raw.nodes[run.run_key]]
    return {
        "node_time": [node.elapsed_ns for run in runs for node in raw.nodes[run.run_key]],
        "critical_time": [run.end_ns - run.start_ns - raw.waiting(run) for run in with_nodes],
        "waiting_time": [raw.waiting(run) for run in with_nodes],
        "tokens_input": [run.input_tokens for run in runs],
        "tokens_output": [run.output_tokens for run in runs],
        "cost": [None if run.cost_usd is None else int(run.cost_usd * 10**12) for run in runs],
        "retries_spread": [raw.retries(run) for run in runs],
        "node_count_spread": [run.node_count for run in runs],
    }


def stored_run_cells(made: Runtime, raw: Raw) -> Told:
    found = {}
    with reading(made.engine) as connection:
        for row in connection.execute(select(tables.run_cells)):
            sketches = msgspec.msgpack.decode(row.sketches)
            figures = {**row._asdict(), "time": held(row.time_sketch)}
            for name in ("node_time", "critical_time", "waiting_time", "tokens_input", "tokens_output", "cost"):
                figures[name] = held(sketches.get(name))
            figures |= {f"{name}_spread": held(sketches.get(name)) for name in ("retries", "node_count")}
            figures |= {name: held(sketches.get(name)) for name in measured(raw, [])}
            assert all(name in figures for name in sketches if ":" in name)
            found[row.tier, row.workflow_key, row.cell_start, raw.versions[row.version_key]] = figures
    return found


def expected_node_cells(raw: Raw) -> Told:
    grouped: dict[Any, list[Any]] = defaultdict(list)
    for run in raw.runs:
        for node in raw.nodes[run.run_key]:
            for tier in range(3):
                *around, version = cell(run, tier)
                name = raw.node_ids[node.node_key]
                grouped[*around, name, version, None].append(node)
                if node.model_key is not None:
                    grouped[*around, name, version, raw.models[node.model_key]].append(node)
    return {key: node_figures(nodes, is_whole=key[-1] is None) for key, nodes in grouped.items()}


def node_figures(nodes: list[Any], *, is_whole: bool) -> Figures:
    sums = {kind: [getattr(node, f"{kind}_tokens") for node in nodes] for kind in KINDS}
    both = zip(sums["input"], sums["output"], strict=True)
    return {
        "executions": len(nodes),
        **{name: sum(node.status == name for node in nodes) for name in ("succeeded", "failed")},
        "retries": sum(node.attempts - 1 for node in nodes),
        "cost_usd": total(node.cost_usd for node in nodes),
        "cost_known": sum(node.cost_usd is not None for node in nodes),
        **{f"{kind}_tokens": total(values) for kind, values in sums.items()},
        "total_tokens": total(total(pair) for pair in both),
        "self_ns": sum(node.elapsed_ns for node in nodes),
        "on_path_runs": len(nodes) if is_whole else 0,
        "critical_ns": sum(node.elapsed_ns for node in nodes) if is_whole else 0,
        "time": spread(node.elapsed_ns for node in nodes),
        "critical": spread(node.elapsed_ns for node in nodes) if is_whole else None,
    }


def stored_node_cells(made: Runtime, raw: Raw) -> Told:
    with reading(made.engine) as connection:
        rows = connection.execute(select(tables.node_cells)).all()
    found = {}
    for row in rows:
        names = raw.node_ids[row.node_key], raw.versions[row.version_key], raw.models[row.model_key]
        sketches = {"time": held(row.time_sketch), "critical": held(row.critical_sketch)}
        found[row.tier, row.workflow_key, row.cell_start, *names] = {**row._asdict(), **sketches}
    return found


def periods(run: Any) -> Iterator[tuple[str, datetime]]:
    hour = datetime.fromtimestamp(run.end_ns // 3_600_000_000_000 * 3_600, UTC)
    day = hour.replace(hour=0)
    yield from {
        "hourly": hour,
        "daily": day,
        "weekly": day - timedelta(day.weekday()),
        "monthly": day.replace(day=1),
    }.items()


def expected_trends(raw: Raw) -> Told:
    grouped: dict[Any, list[Any]] = defaultdict(list)
    for run in raw.runs:
        for period in periods(run):
            grouped[(raw.workflows[run.workflow_key].workflow_id, *period)].append(run)
    found: Told = {}
    for key, runs in grouped.items():
        failed = sum(run.status == "failed" for run in runs)
        found[*key, "run_count"] = {"metric_value": len(runs), "sample_count": len(runs)}
        found[*key, "error_rate"] = {"metric_value": failed / len(runs), "sample_count": len(runs)}
        units = defaultdict(lambda: 1, cost=10**12, **dict.fromkeys(("run_time", "node_time"), 10**9))
        units |= dict.fromkeys(("critical_time", "waiting_time"), 10**9)
        for name, values in ({"run_time": [run.elapsed_ns for run in runs]} | distributions(raw, runs)).items():
            metric = name.removesuffix("_spread")
            if known := [value / units[metric] for value in values if value is not None]:
                found[*key, metric] = trend(known)
        for name, values in custom(raw, runs).items():
            if known := [round(value, 6 if abs(value) >= 1 else 12) for value in values if value is not None]:
                found[*key, name] = trend(known) | {"metric_value": trend(known)["percentile_50"]}
    return found


def custom(raw: Raw, runs: list[Any]) -> dict[str, list[float | None]]:
    return {
        "quality": [(run.metrics or {}).get("quality") for run in runs],
        "rows": [(node.metrics or {}).get("rows") for run in runs for node in raw.nodes[run.run_key]],
        "speed": [raw.speed(run) for run in runs],
    }


def trend(values: list[float]) -> Figures:
    mean = sum(values) / len(values)
    cuts = quantiles(values, n=100, method="inclusive") if len(values) > 1 else values * 99
    return {
        "sample_count": len(values),
        "min_value": min(values),
        "max_value": max(values),
        "avg_value": pytest.approx(mean),
        "stddev_value": pytest.approx(sqrt(sum((value - mean) ** 2 for value in values) / len(values)), abs=1e-6),
        **{f"percentile_{at}": pytest.approx(cuts[at - 1], rel=0.011) for at in (50, 95, 99)},
    }


def stored_trends(made: Runtime) -> Told:
    with reading(made.engine) as connection:
        rows = connection.execute(select(tables.trends)).all()
    assert len(rows) == len({row.id for row in rows})
    return {(row.workflow_id, row.period_type, row.period_start, row.metric_type): row._asdict() for row in rows}


def assert_alike(stored: Told, expected: Told) -> None:
    assert stored.keys() == expected.keys()
    for key, figures in expected.items():
        found = {name: stored[key][name] for name in figures}
        assert found == figures, key


def assert_exact(made: Runtime) -> None:
    """Once refreshed, everything is what the raw rows come to."""
    rollups.refresh(everything=True)
    trends.refresh_trends()
    raw = Raw(made)
    with reading(made.engine) as connection:
        assert connection.execute(select(tables.dirty_marks)).all() == []
    assert_alike(stored_run_cells(made, raw), expected_run_cells(raw))
    assert_alike(stored_node_cells(made, raw), expected_node_cells(raw))
    assert_alike(stored_trends(made), expected_trends(raw))


def answers(made: Runtime) -> list[Any]:
    """All figures of the last days, cell by cell and as they are told."""
    assert_exact(made)
    with reading(made.engine) as connection:
        cells = [
            [tuple(bytes(value) if isinstance(value, memoryview) else value for value in row) for row in rows]
            for table in (tables.run_cells, tables.node_cells)
            for rows in [connection.execute(select(table).order_by(*table.primary_key.columns))]
        ]
    asked = (
        Performance.get_workflow_performance_summary,
        Performance.get_node_performance_breakdown,
        Performance.identify_bottlenecks,
    )
    return [*cells, *(ask("app", workflow, 30) for ask in asked for workflow in ("flow", "other"))]


def kill_many_times(url: str, folder: Path, rounds: int) -> None:
    chance = random.Random(rounds)
    for _ in range(rounds):
        killed_round(url, chance)
        wait_until_alone(url)
        with opened(url) as made:
            assert_exact(made)
    settle(url)
    never_killed = f"sqlite:///{folder}/never_killed.db"
    with opened(never_killed) as made:
        settle(never_killed)
        expected = answers(made)
    with opened(url) as made:
        assert answers(made) == expected


def test_three_kills_leave_every_figure_exact(database_url: str, tmp_path: Path) -> None:
    kill_many_times(database_url, tmp_path, rounds=3)


@pytest.mark.soak
def test_sixty_kills_leave_every_figure_exact(database_url: str, tmp_path: Path) -> None:
    kill_many_times(database_url, tmp_path, rounds=60)
