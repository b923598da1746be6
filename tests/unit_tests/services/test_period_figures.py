"""Figures from cells are those of the raw rows: counts and sums exactly, percentiles to 1.1 %, at every moment."""

import random
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from longpole.domain.run_lists import RunFilters
from longpole.domain.runs import NodeExecution, NodeStatus, Run, RunRecord, RunStatus, TokenUsage
from longpole.runtime import Runtime
from longpole.services import rollups
from longpole.services.performance import WorkflowPerformanceService as Performance
from longpole.services.rollups import Refreshed
from longpole.store import cell_writes, period_cells
from longpole.store.engine import writing
from longpole.store.rollup_horizons import Tier, retire_cells
from longpole.store.run_writes import delete_runs, write_records
from longpole.store.tables import node_cells, run_cells

SECOND, MINUTE, HOUR, DAY = 1_000_000_000, 60 * 10**9, 3_600 * 10**9, 86_400 * 10**9
NOW = 20_500 * DAY + 14 * HOUR + 20 * MINUTE
RAW = RunFilters()
ASKS = (
    Performance.get_workflow_performance_summary,
    Performance.get_node_performance_breakdown,
    Performance.identify_bottlenecks,
)


@pytest.fixture(autouse=True)
def _clock(runtime: Runtime) -> None:
    runtime.clock = lambda: NOW


def random_run(chance: random.Random, run_id: str) -> RunRecord:
    end = NOW - chance.choice([0, MINUTE, HOUR, 9 * HOUR, DAY, 3 * DAY, 7 * DAY, 7 * DAY + 30 * MINUTE, 9 * DAY])
    end -= chance.randrange(20) * MINUTE
    start = end - chance.randrange(1, 100_000) * 1_000_000
    nodes = []
    at = start
    for name in "abc"[: chance.randrange(4)]:
        stop = at + (end - at) * chance.randrange(1, 4) // 4
        nodes.append(
            NodeExecution(
                run_id,
                name,
                name,
                "llm" if name == "a" else "code",
                name.upper() + chance.choice(["", "!"]),
                parent_node_execution_id=chance.choice([None, *[node.node_execution_id for node in nodes]]),
                start_ns=at,
                end_ns=stop,
                status=chance.choice([NodeStatus.SUCCEEDED, NodeStatus.FAILED]),
                attempts=chance.choice([1, 2]),
                tokens=TokenUsage(chance.choice([None, 5]), chance.choice([None, 7])),
                cost_usd=chance.choice([None, Decimal("0.001")]),
                is_cached=chance.choice([None, True]),
                input_bytes=chance.choice([None, 100]),
                memory_peak_bytes=chance.choice([None, 3, 9]),
                waits_for=("a",) if name == "c" else (),
            )
        )
        at = chance.choice([at, stop])
    run = Run(
        run_id,
        "app",
        "flow",
        workflow_version=chance.choice([None, "v1"]),
        status=chance.choice(list(RunStatus)),
        is_ended=True,
        start_ns=start,
        end_ns=end,
        elapsed_ns=end - start,
        node_count=len(nodes),
        tokens=TokenUsage(chance.choice([None, 5]), 7),
        cost_usd=chance.choice([None, Decimal("0.25")]),
        known_cost_usd=Decimal("0.25"),
        cache_hit_rate=chance.choice([None, 100 / 3, 0.0]),
        memory_peak_bytes=chance.choice([None, 1000]),
    )
    return RunRecord(run, tuple(nodes))


def flat(answer: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if is_dataclass(answer):
        for each in fields(answer):
            yield from flat(getattr(answer, each.name), f"{name}.{each.name}")
    elif isinstance(answer, tuple):
        for place, each in enumerate(answer):
            yield from flat(each, f"{name}[{place}]")
    else:
        yield name, answer


def assert_same(from_cells: Any, from_raw: Any) -> None:
    found, wanted = list(flat(from_cells)), list(flat(from_raw))
    assert [name for name, _ in found] == [name for name, _ in wanted]
    for (name, one), (_, other) in zip(found, wanted, strict=True):
        if name.endswith(".change"):  # a ratio of two figures that are compared themselves
            assert one.keys() == other.keys()
        elif name.endswith(".node_title"):  # the newest: by when its run was stored, or by when it ended
            assert one[0] == other[0]
        elif other is not None and any(part in name for part in (".p50", ".p95", ".p99")):
            assert one == pytest.approx(other, rel=0.011), name
        elif isinstance(other, float):
            assert one == pytest.approx(other, rel=1e-6), name
        else:
            assert one == other, name


def assert_all_the_same(days: int = 7) -> None:
    for ask in ASKS:
        assert_same(ask("app", "flow", days), ask("app", "flow", days, filters=RAW))


@pytest.mark.parametrize("seed", range(4))
def test_figures_of_cells_are_those_of_raw_rows_whatever_is_refreshed_already(runtime: Runtime, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(8):
        ids = [f"run-{chance.randrange(60)}" for _ in range(12)]
        with writing(runtime.engine) as connection:
            if chance.random() < 0.2:
                delete_runs(connection, ids[:4])
            write_records(connection, [random_run(chance, id_) for id_ in ids], now_ns=NOW)
        assert_all_the_same(chance.choice([1, 7]))
        if chance.random() < 0.6:
            rollups.refresh(everything=chance.random() < 0.3)
            assert_all_the_same()


def test_figures_do_not_change_when_finer_cells_go(runtime: Runtime) -> None:
    chance = random.Random(1)
    with writing(runtime.engine) as connection:
        write_records(connection, [random_run(chance, f"run-{number}") for number in range(80)], now_ns=NOW)
    rollups.refresh()
    with writing(runtime.engine) as connection:
        cell_writes.take_turn(connection)
        retire_cells(connection, Tier.UNIT, (NOW - DAY) // SECOND)
    assert_all_the_same()  # they are not deleted yet, and may not be counted beside their hours
    with writing(runtime.engine) as connection:
        write_records(connection, [random_run(chance, f"run-{number}") for number in range(60, 99)], now_ns=NOW)

    assert_all_the_same()


def test_a_run_is_in_every_figure_as_soon_as_it_is_stored(runtime: Runtime) -> None:
    chance = random.Random(2)
    with writing(runtime.engine) as connection:
        write_records(connection, [random_run(chance, "a")], now_ns=NOW)
    rollups.refresh()
    before = Performance.get_workflow_performance_summary("app", "flow", 30).run_count
    with writing(runtime.engine) as connection:
        write_records(connection, [random_run(chance, "b")], now_ns=NOW)

    assert (before, Performance.get_workflow_performance_summary("app", "flow", 30).run_count) == (1, 2)


def test_periods_begin_at_a_full_hour() -> None:
    summary = Performance.get_workflow_performance_summary("app", "flow", 2)

    assert summary.period_start == datetime.fromisoformat("2026-02-14T14:00:00Z")
    assert summary.period_end == datetime.fromisoformat("2026-02-16T14:20:00Z")


def test_where_too_much_is_not_in_the_cells_they_are_brought_up_to_date_first(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(period_cells, "MOST_RAW_RUNS", 1)
    chance = random.Random(3)
    with writing(runtime.engine) as connection:
        write_records(connection, [random_run(chance, name) for name in "abc"], now_ns=NOW)

    assert Performance.get_workflow_performance_summary("app", "flow", 30).run_count == 3
    assert rollups.refresh() == Refreshed()


def test_where_hours_are_no_longer_kept_a_period_begins_with_the_whole_day(runtime: Runtime) -> None:
    chance = random.Random(4)
    with writing(runtime.engine) as connection:
        write_records(connection, [random_run(chance, f"run-{number}") for number in range(80)], now_ns=NOW)
    rollups.refresh()
    for tier in (Tier.UNIT, Tier.HOUR):
        with writing(runtime.engine) as connection:
            cell_writes.take_turn(connection)
            until = retire_cells(connection, tier, (NOW - 2 * DAY) // SECOND)
            for table in (run_cells, node_cells):
                connection.execute(table.delete().where(table.c.tier == tier, table.c.cell_start < until))

    assert Performance.get_workflow_performance_summary("app", "flow", 7).period_start.hour == 0
    assert_all_the_same()
