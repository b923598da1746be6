"""What is refused and by which field; what follows from what; runs that come over HTTP with good and bad nodes."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from longpole.domain.errors import InvalidInputError
from longpole.domain.runs import CostSource, RunStatus, TokenUsage
from longpole.runtime import Runtime
from longpole.services.recording import (
    RejectedNode,
    record_node_execution,
    record_run,
    record_workflow_execution,
)
from longpole.services.reports import NodeReport, RunReport
from longpole.services.runs import get_run

T0 = datetime(2026, 11, 25, 12, tzinfo=UTC)
NODE: dict[str, Any] = {"workflow_run_id": "r", "node_id": "n", "node_execution_id": "e", "node_type": "llm"}
RUN: dict[str, Any] = {"app_id": "a", "workflow_id": "w", "workflow_run_id": "r"}
NAN = float("nan")


class Number:
    """Something that is no number, though it calls itself one."""

    def __repr__(self) -> str:
        return "a number"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("workflow_run_id", None),
        ("workflow_run_id", ""),
        ("workflow_run_id", "x" * 256),
        ("workflow_run_id", 7),
        ("workflow_run_id", "a\0b"),
        ("node_id", "  "),
        ("node_execution_id", "\ud800"),
        ("node_type", ""),
        ("node_type", "--"),
        ("node_title", 5),
        ("execution_time", -0.001),
        ("execution_time", NAN),
        ("execution_time", float("inf")),
        ("execution_time", True),
        ("execution_time", "5"),
        ("execution_time", 1e300),
        ("start_time", T0.replace(tzinfo=None)),
        ("start_time", "yesterday"),
        ("start_time", "2026-11-25T12:00:00"),
        ("start_time", 1_700_000_000),
        ("end_time", T0 - timedelta(seconds=1)),
        ("ready_at", T0.replace(tzinfo=None)),
        ("started_at", T0 + timedelta(seconds=1)),
        ("tokens_used", -1),
        ("tokens_used", 1.5),
        ("tokens_used", True),
        ("tokens_used", 10**15 + 1),
        ("tokens_cost", -1),
        ("tokens_cost", NAN),
        ("tokens_cost", "free"),
        ("tokens_cost", "Infinity"),
        ("tokens_cost", True),
        ("tokens_cost", Decimal("1e30")),
        ("tokens_cost", Number()),
        ("is_cached", 1),
        ("is_cached", "yes"),
        ("status", "partial"),
        ("status", "SUCCEEDED"),
        ("retry_count", -1),
        ("retry_count", 40_000),
        ("input_tokens", -1),
        ("cpu_seconds", -1),
        ("memory_peak_bytes", 0.5),
        ("iteration_index", -1),
        ("waits_for", "n1"),
        ("waits_for", [1]),
        ("metrics", [1]),
        ("metrics", {"x": "1"}),
        ("metrics", {"": 1}),
        ("metrics", {"x": NAN}),
    ],
)
def test_a_wrong_node_is_refused_by_its_field(field: str, value: Any) -> None:
    good = {**NODE, "start_time": T0, "end_time": T0 + timedelta(seconds=2), "execution_time": 2}
    with pytest.raises(InvalidInputError) as caught:
        NodeReport(**{**good, field: value}).node()

    assert caught.value.field.split("[")[0].split(" ")[0] == field
    assert field in str(caught.value)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("app_id", ""),
        ("workflow_id", None),
        ("total_execution_time", -1),
        ("total_execution_time", True),
        ("node_count", -1),
        ("node_count", 1 << 31),
        ("successful_nodes", 0.5),
        ("failed_nodes", True),
        ("cached_nodes", "3"),
        ("total_tokens_used", -5),
        ("total_tokens_cost", -0.01),
        ("cache_hit_rate", 100.1),
        ("cache_hit_rate", -0.1),
        ("cache_hit_rate", NAN),
        ("execution_status", "skipped"),
        ("execution_status", ""),
        ("started_at", T0.replace(tzinfo=None)),
        ("finished_at", T0 - timedelta(microseconds=1)),
        ("finished_at", datetime(2500, 1, 1, tzinfo=UTC)),
        ("tags", "one"),
        ("tags", {"a": 1}),
        ("user_id", ""),
    ],
)
def test_a_wrong_run_is_refused_by_its_field(field: str, value: Any) -> None:
    with pytest.raises(InvalidInputError) as caught:
        RunReport(**{**RUN, "started_at": T0, "finished_at": T0, field: value}).said()

    assert caught.value.field == field


def test_a_wrong_run_id_is_refused_before_anything_is_stored(runtime: Runtime) -> None:
    with pytest.raises(InvalidInputError, match="workflow_run_id"):
        record_workflow_execution(RunReport(**{**RUN, "workflow_run_id": ""}))


@pytest.mark.parametrize(
    ("given", "start", "end", "elapsed"),
    [
        ({}, None, None, None),
        ({"execution_time": 2}, None, None, 2.0),
        ({"start_time": T0}, 0, None, None),
        ({"start_time": T0, "execution_time": 2.5}, 0, 2.5, 2.5),
        ({"end_time": T0, "execution_time": 2}, -2, 0, 2.0),
        ({"start_time": T0, "end_time": T0 + timedelta(seconds=3)}, 0, 3, 3.0),
        ({"start_time": T0, "end_time": T0 + timedelta(seconds=3), "execution_time": 2}, 0, 3, 2.0),
        ({"started_at": T0, "finished_at": T0}, 0, 0, 0.0),
        ({"started_at": T0, "start_time": T0}, 0, None, None),
        ({"start_time": "2026-11-25T13:00:00+01:00"}, 0, None, None),
        ({"start_time": "2026-11-25T12:00:00Z"}, 0, None, None),
        ({"start_time": T0.astimezone(timezone(timedelta(hours=-5)))}, 0, None, None),
        ({"execution_time": Decimal("0.1")}, None, None, 0.1),
    ],
)
def test_of_start_end_and_time_the_missing_one_follows(
    given: dict[str, Any], start: float | None, end: float | None, elapsed: float | None
) -> None:
    node = NodeReport(**NODE, **given).node()

    def at(seconds: float | None) -> datetime | None:
        return None if seconds is None else T0 + timedelta(seconds=seconds)

    assert (node.start_time, node.end_time, node.execution_time) == (at(start), at(end), elapsed)


def test_an_end_alone_says_nothing_of_the_time() -> None:
    with pytest.raises(InvalidInputError, match=r"end_time: needs start_time or execution_time"):
        NodeReport(**NODE, end_time=T0).node()


@pytest.mark.parametrize(
    ("given", "stored", "raw"),
    [
        ("llm", "llm", None),
        ("LLM", "llm", "LLM"),
        ("http-request", "http_request", "http-request"),
        ("HTTP Request", "http_request", "HTTP Request"),
        ("knowledgeRetrieval", "knowledge_retrieval", "knowledgeRetrieval"),
        ("n8n-nodes-base.httpRequest", "http_request", "n8n-nodes-base.httpRequest"),
        ("human-input", "human_input", "human-input"),
    ],
)
def test_node_types_are_kept_in_snake_case(given: str, stored: str, raw: str | None) -> None:
    node = NodeReport(**{**NODE, "node_type": given}).node()

    assert (node.node_type, node.raw_type, node.node_title) == (stored, raw, "n")


@pytest.mark.parametrize(
    ("given", "exact"), [(0.1, "0.1"), ("0.000000000001", "1E-12"), (Decimal("0.30"), "0.3"), (2, "2"), (1e-13, "0")]
)
def test_money_is_read_by_its_digits(given: Any, exact: str) -> None:
    assert NodeReport(**NODE, tokens_cost=given).node().cost_usd == Decimal(exact)


@pytest.mark.parametrize(
    ("said", "start", "end", "elapsed"),
    [
        ({}, 10, 18, 8),
        ({"total_execution_time": 10}, 8, 18, 10),
        ({"finished_at": T0 + timedelta(seconds=20)}, 10, 20, 10),
        ({"finished_at": T0 + timedelta(seconds=20), "total_execution_time": 15}, 5, 20, 15),
        ({"started_at": T0, "total_execution_time": 30}, 0, 30, 30),
        ({"started_at": T0}, 0, 18, 18),
        ({"started_at": T0 + timedelta(seconds=25)}, 25, 25, 0),
        ({"finished_at": T0}, 0, 0, 0),
        ({"started_at": T0, "finished_at": T0 + timedelta(seconds=30), "total_execution_time": 5}, 0, 30, 5),
    ],
)
def test_when_a_run_was_follows_from_what_is_known(
    runtime: Runtime, said: dict[str, Any], start: float, end: float, elapsed: float
) -> None:
    """Its nodes ran from second 10 to 18."""
    for number, (begin, finish) in enumerate([(10, 14), (12, 18)]):
        record_node_execution(
            NodeReport(
                **{**NODE, "node_execution_id": f"e{number}"},
                start_time=T0 + timedelta(seconds=begin),
                end_time=T0 + timedelta(seconds=finish),
            )
        )
    run = record_workflow_execution(RunReport(**RUN, **said))

    times = [None if at is None else (at - T0).total_seconds() for at in (run.start_time, run.end_time)]
    assert [*times, run.total_execution_time] == [start, end, elapsed]


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ([], RunStatus.SUCCEEDED),
        (["succeeded", "skipped"], RunStatus.SUCCEEDED),
        (["succeeded", "failed"], RunStatus.PARTIAL),
        (["failed", "skipped"], RunStatus.FAILED),
    ],
)
def test_how_a_run_ended_follows_from_its_nodes(runtime: Runtime, statuses: list[str], expected: RunStatus) -> None:
    for number, status in enumerate(statuses):
        record_node_execution(NodeReport(**{**NODE, "node_execution_id": f"e{number}", "status": status}))

    assert record_workflow_execution(RunReport(**RUN)).status is expected


def test_nodes_alone_are_a_run_that_has_not_ended(runtime: Runtime) -> None:
    record_node_execution(NodeReport(**NODE, start_time=T0, end_time=T0, status="failed", tokens_used=5))

    run = get_run("r").run
    assert (run.app_id, run.status, run.is_ended, run.end_ns) == (None, None, False, None)
    assert (run.node_count, run.failed_nodes, run.total_tokens_used) == (1, 1, 5)


def test_usage_is_counted_at_the_innermost_node_that_reports_it(runtime: Runtime) -> None:
    """A loop repeats what its two calls report, one of them through a node that reports nothing."""
    nodes = [
        ("loop", None, 30, "0.3"),
        ("step", "loop", None, None),
        ("call 1", "step", 10, "0.1"),
        ("call 2", "loop", 20, "0.2"),
        ("alone", None, 5, None),
    ]
    for name, parent, tokens, cost in nodes:
        said = {
            "node_execution_id": name,
            "parent_node_execution_id": parent,
            "tokens_used": tokens,
            "tokens_cost": cost,
        }
        record_node_execution(NodeReport(**{**NODE, **said}))
    run = record_workflow_execution(RunReport(**RUN))

    assert run.total_tokens_used == 35
    assert (run.cost_usd, run.known_cost_usd) == (None, Decimal("0.3"))


def test_large_sums_are_exact(runtime: Runtime) -> None:
    for number in range(3):
        record_node_execution(
            NodeReport(
                **{**NODE, "node_execution_id": f"e{number}"}, tokens_cost="3000000.000000000001", tokens_used=10**15
            )
        )

    run = record_workflow_execution(RunReport(**RUN))
    assert (run.cost_usd, run.total_tokens_used) == (Decimal("9000000.000000000003"), 3 * 10**15)


def test_what_was_used_without_a_cost_is_priced_by_its_model(runtime: Runtime) -> None:
    call = {"model": "gpt-4o", "provider": "openai", "input_tokens": 1000, "output_tokens": 100, "start_time": T0}
    node = record_node_execution(NodeReport(**NODE, **call))
    again = record_node_execution(NodeReport(**NODE, **call))
    unknown = record_node_execution(NodeReport(**{**NODE, **call, "node_execution_id": "x", "model": "no such model"}))

    assert (node.cost_usd, node.cost_source) == (Decimal("0.0035"), CostSource.COMPUTED)
    assert again == node
    assert (unknown.cost_usd, unknown.cost_source) == (None, None)
    run = get_run("r").run
    assert (run.cost_usd, run.known_cost_usd) == (None, Decimal("0.0035"))


def test_a_run_without_nodes_is_priced_by_its_model(runtime: Runtime) -> None:
    run = record_workflow_execution(
        RunReport(**RUN, model="gpt-4o", provider="openai", input_tokens=1000, output_tokens=100, finished_at=T0)
    )

    assert (run.tokens, run.total_tokens_used) == (TokenUsage(1000, 100), 1100)
    assert run.cost_usd == Decimal("0.0035")


def test_a_hit_rate_follows_from_the_counts(runtime: Runtime) -> None:
    assert record_workflow_execution(RunReport(**RUN, node_count=8, cached_nodes=2)).cache_hit_rate == 25.0
    assert record_workflow_execution(RunReport(**RUN, node_count=8)).cache_hit_rate is None


def test_over_http_good_nodes_are_stored_and_the_others_told_of(runtime: Runtime) -> None:
    good = {"node_id": "n", "node_execution_id": "e1", "node_type": "llm", "tokens_used": 3}
    payload = {
        "workflow_run_id": "r",
        "total_execution_time": 2,
        "nodes": [
            good,
            {**good, "node_execution_id": "e2", "status": "bad"},
            {**good, "node_execution_id": "e3", "colour": "red"},
            "node",
            good,
            {**good, "node_execution_id": "e4", "workflow_run_id": "another"},
            {"node_execution_id": "e5"},
            {**good, "node_execution_id": 7},
            {**good, "node_execution_id": "e6", "workflow_run_id": "r"},
        ],
    }
    recorded = record_run("a", "w", payload)

    assert (recorded.stored, recorded.run.node_count, recorded.run.source) == (2, 2, "rest")
    assert (recorded.run.app_id, recorded.run.total_tokens_used, recorded.run.is_ended) == ("a", 6, True)
    assert recorded.rejected == (
        RejectedNode(1, "e2", "status", "must be one of succeeded, failed, skipped"),
        RejectedNode(2, "e3", "colour", "is not a field of a node execution"),
        RejectedNode(3, None, "node", "must be an object"),
        RejectedNode(4, "e1", "node_execution_id", "is in this list already"),
        RejectedNode(5, "e4", "workflow_run_id", "must be that of the run, 'r', or be left out"),
        RejectedNode(6, "e5", "node_id", "must be given"),
        RejectedNode(7, None, "node_execution_id", "must be text"),
    )
    assert [node.node_execution_id for node in get_run("r").nodes] == ["e1", "e6"]


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        ({}, "workflow_run_id"),
        ({"workflow_run_id": "r", "app_id": "b"}, "app_id"),
        ({"workflow_run_id": "r", "workflow_id": "b"}, "workflow_id"),
        ({"workflow_run_id": "r", "nodes": "all"}, "nodes"),
        ({"workflow_run_id": "r", "nodes": {"n": 1}}, "nodes"),
        ({"workflow_run_id": "r", "colour": 1}, "colour"),
        ({"workflow_run_id": "r", "node_count": -1}, "node_count"),
    ],
)
def test_over_http_a_wrong_run_is_refused_whole(runtime: Runtime, payload: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        record_run("a", "w", payload)

    assert caught.value.field == field


def test_over_http_nobody_touches_a_run_of_another_workflow(runtime: Runtime) -> None:
    record_run("a", "w", {"workflow_run_id": "r", "node_count": 1})
    for app_id, workflow_id in (("a", "other"), ("other", "w")):
        with pytest.raises(InvalidInputError, match="belongs to another application or workflow"):
            record_run(app_id, workflow_id, {"workflow_run_id": "r", "node_count": 2})

    assert get_run("r").run.node_count == 1
    assert record_run("a", "w", {"workflow_run_id": "r", "node_count": 3}).run.node_count == 3


def test_over_http_a_run_may_be_claimed_that_only_nodes_told_of(runtime: Runtime) -> None:
    record_node_execution(NodeReport(**NODE))
    recorded = record_run("a", "w", {"workflow_run_id": "r"})

    assert (recorded.run.app_id, recorded.run.node_count, recorded.stored) == ("a", 1, 0)
