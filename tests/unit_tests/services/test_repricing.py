"""New prices on stored runs, on both databases: what changes, and what stands."""

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from longpole import runtime as runtime_module
from longpole.domain.runs import CostSource, NodeExecution, Run, RunRecord, TokenUsage
from longpole.domain.units import NS_PER_DAY, instant
from longpole.pricing.book import PriceBook
from longpole.pricing.runs import priced
from longpole.runtime import Runtime, unit_of_work
from longpole.services.recording import record_node_execution, record_workflow_execution
from longpole.services.reports import NodeReport, RunReport
from longpole.services.repricing import RepriceResult, reprice
from longpole.settings import Settings
from longpole.store.run_reads import find_record
from longpole.store.run_writes import write_records
from longpole.store.tables import runs

NOW = 1_790_000_000_000_000_000
BUILT_IN = PriceBook.load()


def node(run_id: str, name: str, model: str | None = "gpt-4o-mini", **fields: Any) -> NodeExecution:
    made = NodeExecution(
        run_id, name, name, "llm", name, start_ns=NOW, end_ns=NOW + 5, model=model, provider="openai",
        tokens=TokenUsage(1_000_000, 0),
    )  # fmt: skip
    return replace(made, **fields)


def store(run_id: str, *nodes: NodeExecution, end_ns: int = NOW) -> None:
    """A run as telemetry tells of it, at the built-in prices."""
    total = sum((n.tokens for n in nodes), TokenUsage())
    run = Run(run_id, "app", "flow", source="otlp", is_ended=True, start_ns=NOW - 5, end_ns=end_ns, tokens=total)
    record = priced(RunRecord(run, nodes), BUILT_IN)
    with unit_of_work() as connection:
        write_records(connection, [record], now_ns=NOW)


@pytest.fixture
def new_prices(runtime: Runtime, tmp_path: Path) -> Iterator[None]:
    """The same database under a runtime whose user has prices of their own."""
    path = tmp_path / "prices.json"
    path.write_text(json.dumps([{"model": "gpt-4o-mini", "input": 10}, {"model": "ours", "input": 1}]))
    changed = Runtime(Settings(database_url=runtime.settings.database_url, prices=path), clock=lambda: NOW + 77)
    with runtime_module.use(changed):
        yield
    changed.close()


def costs(run_id: str) -> tuple[Decimal | None, Decimal | None, list[Decimal | None]]:
    with unit_of_work() as connection:
        record = find_record(connection, run_id)
    assert record is not None
    by_id = sorted(record.nodes, key=lambda n: n.node_execution_id)
    return record.run.cost_usd, record.run.known_cost_usd, [n.cost_usd for n in by_id]


def test_computed_costs_are_computed_anew(new_prices: None) -> None:
    store("r", node("r", "a"), node("r", "b"))
    assert costs("r") == (Decimal("0.3"), Decimal("0.3"), [Decimal("0.15"), Decimal("0.15")])
    assert reprice(0) == RepriceResult(runs=1, changed_runs=1, changed_nodes=2)
    assert costs("r") == (20, 20, [10, 10])


def test_a_model_gets_its_first_price(new_prices: None) -> None:
    store("r", node("r", "a", "ours"), node("r", "b", "unheard-of"))
    assert costs("r") == (None, None, [None, None])
    assert reprice(0) == RepriceResult(runs=1, changed_runs=1, changed_nodes=1, unknown_runs=1)
    assert costs("r") == (None, 1, [1, None])


def test_reported_costs_and_cached_nodes_stand(new_prices: None) -> None:
    said = node("r", "a", cost_usd=Decimal(3), cost_source=CostSource.REPORTED)
    store("r", said, node("r", "b", is_cached=True), node("r", "c", model=None, tokens=TokenUsage()))
    assert reprice(0) == RepriceResult(runs=1)
    assert costs("r") == (3, 3, [3, 0, None])


def test_a_second_time_changes_nothing(new_prices: None) -> None:
    store("r", node("r", "a"), node("r", "b", "ours"))
    reprice(0)
    before = costs("r")
    assert reprice(0) == RepriceResult(runs=1)
    assert costs("r") == before


def test_only_runs_that_count_since_then(new_prices: None) -> None:
    store("old", node("old", "a"), end_ns=NOW - 1)
    store("new", node("new", "a"), end_ns=NOW)
    store("running", node("running", "a"), end_ns=NOW + NS_PER_DAY)
    assert reprice(NOW).changed_runs == 2
    assert costs("old")[0] == Decimal("0.15")


def test_nothing_else_of_a_run_changes(new_prices: None) -> None:
    store("r", node("r", "a", error_type="E", metrics={"x": 1.0}))
    with unit_of_work() as connection:
        before = find_record(connection, "r")
        reprice(0)
        after = find_record(connection, "r")
        row = connection.execute(select(runs.c.updated_ns, runs.c.last_received_ns)).one()
    assert before is not None
    assert after is not None
    assert replace(after.run, cost_usd=None, known_cost_usd=None) == replace(
        before.run, cost_usd=None, known_cost_usd=None
    )
    assert replace(after.nodes[0], cost_usd=before.nodes[0].cost_usd) == before.nodes[0]
    assert (row.updated_ns, row.last_received_ns) == (NOW + 77, NOW)


def test_many_runs_in_several_transactions(new_prices: None) -> None:
    records = [
        priced(RunRecord(Run(f"r{n}", "app", "flow", source="otlp", end_ns=NOW), (node(f"r{n}", "a"),)), BUILT_IN)
        for n in range(450)
    ]
    with unit_of_work() as connection:
        write_records(connection, records, now_ns=NOW)
    told: list[tuple[int, int]] = []
    result = reprice(0, lambda done, total: told.append((done, total)))
    assert (result.runs, result.changed_runs) == (450, 450)
    assert told == [(200, 450), (400, 450), (450, 450)]


def test_an_empty_database(new_prices: None) -> None:
    assert reprice(0) == RepriceResult()


def record_node(run_id: str, name: str, **said: Any) -> None:
    fields = {"model": "gpt-4o-mini", "provider": "openai", "input_tokens": 1_000_000, "output_tokens": 0} | said
    times = {"started_at": instant(NOW), "finished_at": instant(NOW)}
    record_node_execution(
        NodeReport(workflow_run_id=run_id, node_id=name, node_execution_id=name, node_type="llm", **times, **fields)
    )


def record_run(run_id: str, **said: Any) -> None:
    record_workflow_execution(
        RunReport(app_id="app", workflow_id="flow", workflow_run_id=run_id, finished_at=instant(NOW), **said)
    )


def test_a_cost_that_a_caller_reported_for_a_run_stands(new_prices: None, runtime: Runtime) -> None:
    with runtime_module.use(runtime):
        record_run("r", total_tokens_used=5, total_tokens_cost=Decimal(7))
        record_node("r", "a")
        record_node("r", "b", tokens_cost=Decimal("0.5"))
    assert costs("r") == (7, 7, [Decimal("0.15"), Decimal("0.5")])
    assert reprice(0) == RepriceResult(runs=1, changed_nodes=1)
    assert costs("r") == (7, 7, [10, Decimal("0.5")])


def test_a_reported_run_without_a_cost_is_the_sum_of_its_nodes(new_prices: None, runtime: Runtime) -> None:
    with runtime_module.use(runtime):
        record_run("r", total_tokens_used=3_000_000)
        record_node("r", "a")
    assert costs("r") == (Decimal("0.15"), Decimal("0.15"), [Decimal("0.15")])
    assert reprice(0) == RepriceResult(runs=1, changed_runs=1, changed_nodes=1)
    assert costs("r") == (10, 10, [10])


def test_a_node_that_repeats_what_is_inside_it_is_not_counted_twice(new_prices: None, runtime: Runtime) -> None:
    with runtime_module.use(runtime):
        record_run("r")
        record_node("r", "loop")
        record_node("r", "call", parent_node_execution_id="loop")
    assert costs("r")[0] == Decimal("0.15")
    reprice(0)
    assert costs("r") == (10, 10, [10, 10])
