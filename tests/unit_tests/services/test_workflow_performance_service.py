"""The eight calls of the contract, on both databases, with a clock that stands still."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from longpole.domain.errors import InvalidInputError, RecommendationNotFoundError
from longpole.domain.figures import MemoryFigures, TimeFigures, TokenFigures
from longpole.domain.recommendations import Category, RecommendationStatus, Severity
from longpole.domain.runs import CostSource, NodeStatus, RunStatus, TokenUsage
from longpole.domain.units import instant_ns
from longpole.runtime import Runtime
from longpole.store.engine import reading
from services.workflow_performance_service import WorkflowPerformanceService as Performance

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
RUN: dict[str, Any] = {
    "app_id": "app",
    "workflow_id": "flow",
    "workflow_run_id": "run-1",
    "total_execution_time": 15.5,
    "node_count": 10,
    "successful_nodes": 9,
    "failed_nodes": 1,
    "cached_nodes": 3,
    "total_tokens_used": 5000,
    "total_tokens_cost": 0.25,
    "cache_hit_rate": 30.0,
    "execution_status": "succeeded",
}
NODE: dict[str, Any] = {
    "workflow_run_id": "run-1",
    "node_id": "node-1",
    "node_execution_id": "exec-1",
    "node_type": "llm",
    "node_title": "Generate Response",
    "execution_time": 5.0,
    "start_time": NOW - timedelta(seconds=5),
    "end_time": NOW,
    "tokens_used": 2000,
    "tokens_cost": 0.10,
    "is_cached": False,
    "status": "succeeded",
}


@pytest.fixture(autouse=True)
def _clock(runtime: Runtime) -> None:
    runtime.clock = lambda: instant_ns(NOW)


def record(run_id: str, ago: timedelta = timedelta(0), **said: Any) -> None:
    """A run of 15.5 seconds that ended some time ago."""
    Performance.record_workflow_execution(**{**RUN, "workflow_run_id": run_id, "finished_at": NOW - ago, **said})


def rows(runtime: Runtime, sql: str) -> list[tuple[Any, ...]]:
    with reading(runtime.engine) as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


def test_a_run_stands_as_given() -> None:
    """Nine of ten nodes succeeded, and the run did: that is legal, and no node of it is known."""
    run = Performance.record_workflow_execution(**RUN)

    assert (run.app_id, run.workflow_id, run.workflow_run_id) == ("app", "flow", "run-1")
    assert (run.total_execution_time, run.execution_status, run.is_ended) == (15.5, RunStatus.SUCCEEDED, True)
    assert (run.node_count, run.successful_nodes, run.failed_nodes, run.cached_nodes) == (10, 9, 1, 3)
    assert (run.total_tokens_used, run.total_tokens_cost, run.cache_hit_rate) == (5000, Decimal("0.25"), 30.0)
    assert (run.start_time, run.end_time) == (None, None)


def test_a_node_stands_as_given() -> None:
    node = Performance.record_node_execution(**NODE)

    assert (node.node_id, node.node_execution_id, node.node_type) == ("node-1", "exec-1", "llm")
    assert (node.node_title, node.execution_time) == ("Generate Response", 5.0)
    assert (node.start_time, node.end_time) == (NOW - timedelta(seconds=5), NOW)
    assert (node.tokens_used, node.tokens_cost, node.cost_source) == (2000, Decimal("0.1"), CostSource.REPORTED)
    assert (node.is_cached, node.status, node.retry_count) == (False, NodeStatus.SUCCEEDED, 0)


@pytest.mark.parametrize("order", ["run first", "node first"])
def test_the_same_calls_again_change_nothing(runtime: Runtime, order: str) -> None:
    def call() -> None:
        steps: list[Callable[[], object]] = [
            lambda: Performance.record_workflow_execution(**RUN),
            lambda: Performance.record_node_execution(**NODE),
        ]
        for step in steps if order == "run first" else reversed(steps):
            step()

    call()
    tables = ("runs", "node_executions", "nodes", "workflows")
    before = [rows(runtime, f"SELECT * FROM {table}") for table in tables]
    runtime.clock = lambda: instant_ns(NOW) + 10**12
    call()

    assert [rows(runtime, f"SELECT * FROM {table}") for table in tables] == before


def test_a_later_call_replaces(runtime: Runtime) -> None:
    Performance.record_workflow_execution(**RUN, user_id="ann", started_at=NOW - timedelta(seconds=20))
    Performance.record_node_execution(**NODE, model="gpt-4o")
    run = Performance.record_workflow_execution(**{**RUN, "execution_status": "failed", "node_count": 1})
    node = Performance.record_node_execution(**{**NODE, "status": "failed", "retry_count": 2})

    assert (run.execution_status, run.node_count, run.user_id) == (RunStatus.FAILED, 1, None)
    assert (node.status, node.retry_count, node.model) == (NodeStatus.FAILED, 2, None)
    assert rows(runtime, "SELECT COUNT(*) FROM workflow_node_performance") == [(1,)]
    assert rows(runtime, "SELECT COUNT(*) FROM workflow_performance_metrics") == [(1,)]


def test_a_node_before_its_run_belongs_to_it_afterwards(runtime: Runtime) -> None:
    Performance.record_node_execution(**NODE)
    before = Performance.get_workflow_performance_summary("app", "flow")
    Performance.record_workflow_execution(**RUN)

    assert before.run_count == 0
    assert Performance.get_workflow_performance_summary("app", "flow").run_count == 1
    [item] = Performance.get_node_performance_breakdown("app", "flow").items
    assert (item.node_type, item.nodes[0].node_id) == ("llm", "node-1")


def test_what_is_not_reported_is_derived_from_the_nodes() -> None:
    second = NOW - timedelta(seconds=9)
    Performance.record_node_execution(**NODE, memory_peak_bytes=10)
    Performance.record_node_execution(
        **{**NODE, "node_execution_id": "exec-2", "start_time": second, "end_time": None, "status": "failed"},
        memory_peak_bytes=30,
    )
    Performance.record_node_execution(**{**NODE, "node_execution_id": "exec-3", "is_cached": True, "status": "skipped"})
    run = Performance.record_workflow_execution("app", "flow", "run-1")

    assert (run.node_count, run.successful_nodes, run.failed_nodes, run.cached_nodes) == (3, 1, 1, 1)
    assert run.execution_status is RunStatus.PARTIAL
    assert (run.start_time, run.end_time, run.total_execution_time) == (second, NOW, 9.0)
    assert (run.total_tokens_used, run.total_tokens_cost) == (6000, Decimal("0.3"))
    assert run.cache_hit_rate == pytest.approx(100 / 3)
    assert run.memory_peak_bytes == 30


def test_an_unknown_workflow_has_empty_figures() -> None:
    summary = Performance.get_workflow_performance_summary("no", "such")

    assert (summary.run_count, summary.succeeded, summary.failed, summary.partial) == (0, 0, 0, 0)
    assert (summary.success_rate, summary.cost_known_share, summary.total_cost) == (None, None, None)
    assert (summary.execution_time, summary.tokens) == (TimeFigures(), TokenFigures())
    assert summary.period_end - summary.period_start == timedelta(days=7)
    assert Performance.get_node_performance_breakdown("no", "such").items == ()
    bottlenecks = Performance.identify_bottlenecks("no", "such")
    assert (bottlenecks.items, bottlenecks.runs_analysed, bottlenecks.coverage) == ((), 0, None)
    assert bottlenecks.waiting.queue.seconds == 0


def test_the_summary_of_a_period() -> None:
    """Times 1, 2, 3 and 10 seconds: the p95 lies 0.85 of the way from 3 to 10."""
    record("a", total_execution_time=1, total_tokens_cost="0.1", input_tokens=10, memory_peak_bytes=4)
    record("b", total_execution_time=2, total_tokens_cost=0.2, execution_status="failed", input_tokens=5)
    record("c", total_execution_time=3, total_tokens_cost=Decimal("0.3"), execution_status="partial")
    record("d", total_execution_time=10, total_tokens_cost=None, memory_peak_bytes=8, reasoning_tokens=7)
    summary = Performance.get_workflow_performance_summary("app", "flow")

    assert (summary.run_count, summary.succeeded, summary.failed, summary.partial) == (4, 2, 1, 1)
    assert summary.success_rate == 0.5
    times = summary.execution_time
    assert (times.avg, times.min, times.max) == (4.0, 1.0, 10.0)
    assert times.stddev == pytest.approx(12.5**0.5)
    assert (times.p50, times.p95, times.p99) == pytest.approx((2.5, 8.95, 9.79), rel=0.011)
    assert summary.tokens == TokenFigures(input=15, reasoning=7, total=20_000)
    assert (summary.total_cost, summary.cost_known_share) == (Decimal("0.6"), 0.75)
    assert summary.cache_hit_rate == 30.0
    assert summary.memory_peak == MemoryFigures(avg=6.0, max=8)


def test_hit_rates_weigh_as_many_nodes_as_their_runs_have() -> None:
    record("a", node_count=30, cache_hit_rate=10)
    record("b", node_count=10, cache_hit_rate=50)
    record("c", node_count=100, cached_nodes=None, cache_hit_rate=None)

    assert Performance.get_workflow_performance_summary("app", "flow").cache_hit_rate == 20.0


def test_periods_and_the_change_between_them() -> None:
    """Two days: one run yesterday, two the days before, one before that."""
    day = timedelta(days=1)
    record("now", day, total_execution_time=6, total_tokens_cost=3)
    record("then 1", 2 * day + timedelta(seconds=1), total_execution_time=2, total_tokens_cost=1)
    record("then 2", 4 * day, total_execution_time=4, total_tokens_cost=1, execution_status="failed")
    record("long ago", 4 * day + timedelta(seconds=1))
    summary = Performance.get_workflow_performance_summary("app", "flow", days=2)

    assert (summary.period_start, summary.period_end) == (NOW - 2 * day, NOW)
    assert (summary.run_count, summary.previous.run_count) == (1, 2)
    assert summary.previous.execution_time.avg == 3.0
    assert summary.change["run_count"] == -0.5
    assert summary.change["execution_time.avg"] == 1.0
    assert summary.change["success_rate"] == 1.0
    assert summary.change["total_cost"] == 0.5
    assert summary.change["partial"] is None
    assert summary.change["tokens.reasoning"] is None


def test_a_run_counts_by_its_end_else_by_when_it_was_recorded(runtime: Runtime) -> None:
    record("old", timedelta(days=8))
    record("ahead", timedelta(seconds=-30))
    Performance.record_workflow_execution(**{**RUN, "workflow_run_id": "unknown end"})
    assert Performance.get_workflow_performance_summary("app", "flow").run_count == 2

    runtime.clock = lambda: instant_ns(NOW + timedelta(days=8))
    assert Performance.get_workflow_performance_summary("app", "flow", days=9).run_count == 2
    assert Performance.get_workflow_performance_summary("app", "flow", days=7).run_count == 0


@pytest.mark.parametrize("days", [0, 366, -1, 1.5, True, "7", None])
@pytest.mark.parametrize(
    "call",
    [
        Performance.get_workflow_performance_summary,
        Performance.get_node_performance_breakdown,
        Performance.identify_bottlenecks,
    ],
)
def test_days_are_1_to_365(call: Callable[..., object], days: Any) -> None:
    with pytest.raises(InvalidInputError) as caught:
        call("app", "flow", days=days)

    assert caught.value.field == "days"


def test_the_breakdown_by_type_and_node() -> None:
    """A loop of 10 seconds with two calls of 3 and 5 in it: 2 are its own. A tool of 4 beside it."""
    Performance.record_workflow_execution("app", "flow", "run-1")
    at = NOW - timedelta(seconds=20)

    def node(execution_id: str, node_id: str, node_type: str, start: float, end: float, **said: Any) -> None:
        Performance.record_node_execution(
            "run-1",
            node_id,
            execution_id,
            node_type,
            start_time=at + timedelta(seconds=start),
            end_time=at + timedelta(seconds=end),
            **{"status": "succeeded", **said},
        )

    node("e0", "loop", "loop", 0, 10, tokens_used=30, tokens_cost=3)
    node("e1", "ask", "llm", 1, 4, parent_node_execution_id="e0", tokens_used=10, tokens_cost=1, input_tokens=8)
    node("e2", "ask", "llm", 4, 9, parent_node_execution_id="e0", tokens_used=20, tokens_cost=2, is_cached=True)
    node("e3", "fetch", "HTTP-request", 10, 14, status="failed", retry_count=2, input_bytes=10, memory_peak_bytes=7)
    node("e4", "fetch", "HTTP-request", 14, 14, status="skipped", input_bytes=20)
    breakdown = Performance.get_node_performance_breakdown("app", "flow")

    assert [item.node_type for item in breakdown.items] == ["llm", "http_request", "loop"]
    llm, http, loop = breakdown.items
    assert (llm.execution_count, llm.share, llm.cache_hits) == (2, 8 / 14, 1)
    times = llm.execution_time
    assert (times.avg, times.p50, times.p95, times.p99) == (4.0, 4.0, pytest.approx(4.9), pytest.approx(4.98))
    assert (times.total, times.self_total) == (8.0, 8.0)
    assert llm.tokens == TokenFigures(input=8, total=30)
    assert llm.cost == Decimal(3)
    assert (http.share, http.error_rate, http.retry_count) == (4 / 14, 1.0, 2)
    assert (http.nodes[0].input_bytes, http.nodes[0].memory_peak) == (15.0, MemoryFigures(7.0, 7))
    assert (loop.execution_time.total, loop.execution_time.self_total, loop.share) == (10.0, 2.0, 2 / 14)
    assert (loop.cost, loop.tokens) == (None, TokenFigures())
    assert [(node.node_id, node.node_title) for item in breakdown.items for node in item.nodes] == [
        ("ask", "ask"),
        ("fetch", "fetch"),
        ("loop", "loop"),
    ]


def test_nodes_of_one_id_in_different_steps_stay_apart() -> None:
    Performance.record_workflow_execution("app", "flow", "run-1")
    for number, step in enumerate(["plan", "write", "write"]):
        Performance.record_node_execution(
            "run-1", "ask", f"e{number}", "llm", execution_time=1, enclosing_node_id=step, status="succeeded"
        )
    [item] = Performance.get_node_performance_breakdown("app", "flow").items

    assert [(node.enclosing_node_id, node.execution_count) for node in item.nodes] == [("write", 2), ("plan", 1)]


def test_bottlenecks_are_ranked_by_critical_time_not_by_average() -> None:
    """Once in two runs `slow` is beside `gate`, which is what `answer` waits for.

    run a   gate   GGGG          run b   gate   GG
            slow   sss                   slow   SSSSSS
            answer     .AA               answer       AA
    """
    shapes = {
        "a": {"gate": (0, 4), "slow": (0, 3), "answer": (5, 7)},
        "b": {"gate": (0, 2), "slow": (0, 6), "answer": (6, 8)},
    }
    for run_id, nodes in shapes.items():
        for node_id, (start, end) in nodes.items():
            at = NOW - timedelta(seconds=60)
            Performance.record_node_execution(
                run_id,
                node_id,
                node_id,
                "tool",
                start_time=at + timedelta(seconds=start),
                end_time=at + timedelta(seconds=end),
                status="succeeded",
            )
        Performance.record_workflow_execution("app", "flow", run_id)
    found = Performance.identify_bottlenecks("app", "flow")

    assert [item.node_id for item in found.items] == ["slow", "answer", "gate"]
    slow, answer, gate = found.items
    assert (slow.critical_share, slow.on_path_share, slow.execution_count) == (6 / 15, 0.5, 2)
    assert (answer.critical_share, answer.on_path_share) == (4 / 15, 1.0)
    assert (answer.critical_time.p50, answer.critical_time.p95) == (2.0, 2.0)
    assert (gate.critical_share, gate.critical_time.p50) == (4 / 15, 4.0)
    assert (found.waiting.engine_overhead.seconds, found.waiting.engine_overhead.share) == (1.0, 1 / 15)
    assert (found.waiting.queue.seconds, found.waiting.retry_delay.share) == (0.0, 0.0)
    assert (found.coverage, found.runs_analysed) == (pytest.approx(14 / 15), 2)


def test_waiting_in_a_queue_is_reported_as_itself() -> None:
    Performance.record_workflow_execution("app", "flow", "run-1", 10, started_at=NOW - timedelta(seconds=10))
    Performance.record_node_execution(
        "run-1",
        "n",
        "e",
        "llm",
        end_time=NOW,
        execution_time=4,
        ready_at=NOW - timedelta(seconds=9),
        status="succeeded",
    )
    found = Performance.identify_bottlenecks("app", "flow")

    assert found.items[0].critical_time.p50 == 4.0
    assert (found.waiting.queue.seconds, found.waiting.engine_overhead.seconds) == (5.0, 1.0)
    assert found.coverage == pytest.approx(0.9)


def test_recommendations_are_made_found_and_dismissed() -> None:
    made = Performance.create_optimization_recommendation(
        app_id="app",
        workflow_id="flow",
        title="Cache it",
        description="…",
        category="performance",
        severity="high",
        estimated_improvement="2 s",
        affected_nodes=["n1", "n2"],
        recommendation_steps=["One.", "Two."],
        code_example="cache()",
    )
    low = Performance.create_optimization_recommendation("app", "flow", "t", "d", Category.COST, Severity.LOW)
    Performance.create_optimization_recommendation("app", "other", "t", "d", "cost", "critical")

    assert (made.category, made.severity, made.status) == (
        Category.PERFORMANCE,
        Severity.HIGH,
        RecommendationStatus.ACTIVE,
    )
    assert (made.affected_nodes, made.recommendation_steps, made.created_at) == (("n1", "n2"), ("One.", "Two."), NOW)
    assert list(Performance.get_active_recommendations("app", "flow")) == [made, low]
    assert list(Performance.get_active_recommendations("app", "flow", severity="low")) == [low]
    assert list(Performance.get_active_recommendations("app", "flow", category="performance")) == [made]
    assert list(Performance.get_active_recommendations("app", "flow", "low", "performance")) == []

    dismissed = Performance.dismiss_recommendation(made.id, reason="Not applicable")

    assert dismissed == replace(
        made, status=RecommendationStatus.DISMISSED, dismissed_reason="Not applicable", dismissed_at=NOW
    )
    assert list(Performance.get_active_recommendations("app", "flow")) == [low]
    assert Performance.dismiss_recommendation(made.id) == dismissed


@pytest.mark.parametrize("where", [{"app_id": "other"}, {"workflow_id": "other"}, {"recommendation_id": "no such"}])
def test_what_is_not_there_cannot_be_dismissed(where: dict[str, str]) -> None:
    made = Performance.create_optimization_recommendation("app", "flow", "t", "d", "cost", "low")
    with pytest.raises(RecommendationNotFoundError):
        Performance.dismiss_recommendation(**{"recommendation_id": made.id, **where})

    assert Performance.dismiss_recommendation(made.id, None, "app", "flow").id == made.id


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("app_id", ""),
        ("workflow_id", None),
        ("title", "  "),
        ("title", "x" * 501),
        ("description", None),
        ("category", "speed"),
        ("category", None),
        ("severity", "HIGH"),
        ("affected_nodes", "n1"),
        ("recommendation_steps", 3),
        ("code_example", 3),
        ("estimated_improvement", 0.5),
    ],
)
def test_a_wrong_recommendation_is_refused_by_its_field(field: str, value: Any) -> None:
    good = {"app_id": "a", "workflow_id": "w", "title": "t", "description": "d", "category": "cost", "severity": "low"}
    with pytest.raises(InvalidInputError) as caught:
        Performance.create_optimization_recommendation(**{**good, field: value})

    assert caught.value.field == field
    assert list(Performance.get_active_recommendations("a", "w")) == []


def test_only_the_filters_of_the_contract_match() -> None:
    with pytest.raises(InvalidInputError, match="severity"):
        Performance.get_active_recommendations("a", "w", severity="bad")
    with pytest.raises(InvalidInputError, match="category"):
        Performance.get_active_recommendations("a", "w", category="bad")


def test_everything_that_can_be_said_of_a_node_is_kept() -> None:
    node = Performance.record_node_execution(
        **NODE,
        retry_count=1,
        model="gpt-4o-2024-08-06",
        requested_model="gpt-4o",
        provider="openai",
        input_tokens=1,
        output_tokens=2,
        cache_read_tokens=3,
        cache_write_tokens=4,
        reasoning_tokens=5,
        error_type="TimeoutError",
        error_message="x" * 3000,
        input_bytes=6,
        output_bytes=7,
        memory_peak_bytes=8,
        cpu_seconds=0.5,
        time_to_first_token=0.25,
        ready_at=NOW - timedelta(seconds=6),
        slot="gpu",
        waits_for=["a", "b", "a"],
        parent_node_execution_id="p",
        enclosing_node_id="loop",
        iteration_index=3,
        metrics={"score": 0.5},
    )

    assert (node.model, node.requested_model, node.provider) == ("gpt-4o-2024-08-06", "gpt-4o", "openai")
    assert node.tokens == TokenUsage(1, 2, 3, 4, 5)
    assert (node.error_type, len(node.error_message or "")) == ("TimeoutError", 2000)
    assert (node.input_bytes, node.output_bytes, node.memory_peak_bytes) == (6, 7, 8)
    assert (node.cpu_ns, node.first_token_ns) == (500_000_000, 250_000_000)
    assert (node.ready_ns, node.slot, node.waits_for) == (instant_ns(NOW) - 6_000_000_000, "gpu", ("a", "b"))
    assert (node.parent_node_execution_id, node.enclosing_node_id, node.iteration_index) == ("p", "loop", 3)
    assert node.metrics == {"score": 0.5}


def test_everything_that_can_be_said_of_a_run_is_kept() -> None:
    run = Performance.record_workflow_execution(
        **RUN,
        started_at=NOW - timedelta(seconds=16),
        finished_at=NOW,
        workflow_name="Flow",
        workflow_version="v1",
        error_type="E",
        error_message="m",
        user_id="u",
        session_id="s",
        environment="prod",
        tags=["x", "y", "x"],
        input_tokens=1,
        output_tokens=2,
        cache_read_tokens=3,
        cache_write_tokens=4,
        reasoning_tokens=5,
        memory_peak_bytes=8,
        cpu_seconds=0.5,
        input_bytes=6,
        output_bytes=7,
        metrics={"score": 0.5},
    )

    assert (run.start_time, run.end_time, run.total_execution_time) == (NOW - timedelta(seconds=16), NOW, 15.5)
    assert (run.workflow_name, run.workflow_version, run.environment) == ("Flow", "v1", "prod")
    assert (run.error_type, run.error_message, run.user_id, run.session_id, run.tags) == (
        "E",
        "m",
        "u",
        "s",
        ("x", "y"),
    )
    assert (run.tokens, run.total_tokens_used) == (TokenUsage(1, 2, 3, 4, 5), 5000)
    assert (run.memory_peak_bytes, run.cpu_ns) == (8, 500_000_000)
    assert run.metrics == {"score": 0.5, "input_bytes": 6.0, "output_bytes": 7.0}
