"""What a set of spans comes to."""

from collections.abc import Callable
from typing import Any

import pytest

from longpole.assembly.facts import LogFacts, Role, SpanFacts
from longpole.assembly.runs import assemble
from longpole.domain.runs import NodeStatus, RunRecord, RunStatus, TokenUsage

Draw = Callable[..., list[SpanFacts]]

TRIP = """
  trip          |==============|
    plan        |==            |
      ChatModel |==            | llm
    book        |   =!         |
    book        |       ==     |
    summarize   |          ====|
"""


def one(spans: list[SpanFacts], logs: tuple[LogFacts, ...] = ()) -> RunRecord:
    (record,) = assemble(spans, logs)
    return record


def shape(record: RunRecord) -> list[tuple[Any, ...]]:
    by_id = {node.node_execution_id: node for node in record.nodes}
    return [
        (
            node.node_id,
            node.attempts,
            str(node.status) if node.status else None,
            by_id[node.parent_node_execution_id].node_id if node.parent_node_execution_id else None,
        )
        for node in record.nodes
    ]


def test_a_retried_node_is_one_execution_and_the_root_is_the_run(draw: Draw) -> None:
    record = one(draw(TRIP, **{"book#1": {"error_type": "ConnectionError"}}))

    assert shape(record) == [
        ("plan", 1, "succeeded", None),
        ("ChatModel", 1, "succeeded", "plan"),
        ("book", 2, "succeeded", None),
        ("summarize", 1, "succeeded", None),
    ]
    book = record.nodes[2]
    assert (book.error_type, book.elapsed_ns, [a.status for a in book.attempt_log]) == (
        "ConnectionError",
        6_000_000,
        [NodeStatus.FAILED, NodeStatus.SUCCEEDED],
    )
    assert (record.run.workflow_id, record.run.status, record.run.error_type) == ("trip", RunStatus.SUCCEEDED, None)
    assert (record.run.node_count, record.run.successful_nodes, record.run.failed_nodes) == (4, 4, 0)


def test_overlapping_siblings_are_a_fan_out_even_if_one_failed(draw: Draw) -> None:
    record = one(
        draw(
            """
    flow     |======|
      search |==!   |
      search |=====|
    """.replace("=====|", "===== |")
        )
    )

    assert shape(record) == [("search", 1, "failed", None), ("search", 1, "succeeded", None)]
    assert record.run.status is RunStatus.PARTIAL


def test_an_agent_that_asked_its_model_again_made_two_calls(draw: Draw) -> None:
    record = one(
        draw("""
    flow      |==========|
      agent   |==========| agent
        flaky |=!        | tool
        chat  |  ==      | llm
        flaky |     ==   | tool
    """)
    )

    assert [(node.node_id, node.attempts) for node in record.nodes] == [
        ("agent", 1),
        ("flaky", 1),
        ("chat", 1),
        ("flaky", 1),
    ]


def test_attempts_that_were_sent_as_good_share_an_execution_id(draw: Draw) -> None:
    record = one(
        draw(
            """
    flow   |========|
      http |==      | http_request
      http |    ==  | http_request
    """,
            http={"execution_id": "e-1", "role": Role.NODE},
        )
    )

    (node,) = record.nodes
    assert (node.node_execution_id, node.attempts, node.status) == ("e-1", 2, NodeStatus.SUCCEEDED)
    assert [attempt.status for attempt in node.attempt_log] == [NodeStatus.FAILED, NodeStatus.SUCCEEDED]


def test_one_attempt_seen_by_two_tracers_is_counted_once(draw: Draw) -> None:
    record = one(
        draw(
            """
    flow   |========|
      llm  |==      | llm
      llm  |==      | llm
    """,
            llm={"execution_id": "e-1", "input_tokens": 5},
        )
    )

    assert [(node.attempts, node.tokens.input) for node in record.nodes] == [(1, 5)]
    assert record.run.total_tokens_used == 5


def test_tokens_that_a_parent_repeats_count_once(draw: Draw) -> None:
    record = one(
        draw(
            """
    flow      |==========|
      agent   |==========| agent
        chat  |==        | llm
        chat  |     ==   | llm
    """,
            agent={"input_tokens": 30, "output_tokens": 7},
            chat={"input_tokens": 15, "output_tokens": 3, "cache_read_tokens": 2},
        )
    )

    assert record.run.tokens == TokenUsage(30, 6, 4, None, None)
    assert record.nodes[0].tokens == TokenUsage()


def test_a_bare_call_is_a_run_of_one_node(draw: Draw) -> None:
    record = one(draw("chat |===| llm", chat={"input_tokens": 9, "model": "gpt-4o"}))

    assert [(node.node_id, node.model, node.tokens.input) for node in record.nodes] == [("chat", "gpt-4o", 9)]
    assert record.run.total_tokens_used == 9


def test_service_hops_are_nodes_and_stray_queries_are_not(draw: Draw) -> None:
    record = one(
        draw("""
    flow       |==========|
      POST     |=====     | http
        handle |=====     | http
          chat | ==       | llm
      SELECT   |       =  | http
    """)
    )

    assert [node.node_id for node in record.nodes] == ["POST", "handle", "chat"]


def test_a_run_under_a_server_span_has_the_name_of_its_outermost_ai_span(draw: Draw) -> None:
    record = one(
        draw(
            """
    POST       |==========| http
      agent    | ======   | agent
        chat   | ==       | llm
    """,
            agent={"own_name": "planner"},
        )
    )

    assert (record.run.workflow_id, record.run.elapsed_ns) == ("planner", 10_000_000)
    assert [node.node_id for node in record.nodes] == ["agent", "chat"]


def test_the_topmost_span_of_a_step_is_the_step(draw: Draw) -> None:
    step = {"step_key": "plan:1", "step_name": "plan"}
    record = one(
        draw(
            """
    graph       |==========|
      Sequence  |=====     | chain
        Chat    |===       | llm
    """,
            Sequence=step,
            Chat=step,
        )
    )

    assert [(n.node_id, n.node_type, n.raw_type, n.enclosing_node_id) for n in record.nodes] == [
        ("plan", "node", "chain", None),
        ("Chat", "llm", None, "plan"),
    ]


def test_a_call_whose_step_has_not_arrived_does_not_take_its_name(draw: Draw) -> None:
    spans = draw(TRIP, ChatModel={"step_key": "plan:1", "step_name": "plan"})
    record = one([span for span in spans if span.name == "ChatModel"])

    assert [(node.node_id, node.node_type) for node in record.nodes] == [("ChatModel", "llm")]


def test_without_its_root_a_run_has_no_end_and_no_status(draw: Draw) -> None:
    record = one([span for span in draw(TRIP) if span.name != "trip"])

    assert (record.run.status, record.run.is_ended, record.run.end_ns) == (None, False, None)
    assert (record.run.has_gaps, record.run.workflow_id) == (True, "unknown")


def test_a_failed_root_is_a_failed_run_with_its_error(draw: Draw) -> None:
    record = one(draw(TRIP, trip={"is_failed": True, "error_type": "ValueError", "error_message": "no"}))

    assert (record.run.status, record.run.error_type, record.run.error_message) == (
        RunStatus.FAILED,
        "ValueError",
        "no",
    )


@pytest.mark.parametrize(
    ("root", "status"),
    [
        ({"has_exception": True}, RunStatus.PARTIAL),
        ({"run_status": "partial"}, RunStatus.PARTIAL),
        ({"run_status": "failed"}, RunStatus.FAILED),
        ({"run_status": "succeeded"}, RunStatus.SUCCEEDED),
    ],
)
def test_what_else_a_root_says_of_its_end(draw: Draw, root: dict[str, Any], status: RunStatus) -> None:
    assert one(draw(TRIP, trip=root)).run.status is status


def test_an_engines_run_span_is_the_run_though_it_is_not_the_root(draw: Draw) -> None:
    record = one(
        draw(
            """
    e2b5         |=          | hidden
      workflow   | ======    | workflow
        llm      |   ==      | llm
    """,
            workflow={"is_run": True, "run_id": "r-1", "workflow": (0, "app-7"), "workflow_name": (0, "Trip")},
        )
    )

    assert (record.run.workflow_run_id, record.run.start_ns, record.run.elapsed_ns) == ("r-1", 1_000_000, 6_000_000)
    assert (record.run.workflow_id, record.run.workflow_name) == ("app-7", "Trip")
    assert [node.node_id for node in record.nodes] == ["llm"]


def test_a_trace_without_an_ai_span_is_no_run(draw: Draw) -> None:
    assert assemble(draw("GET |==|", GET={"is_ai": False})) == ()


def test_nested_runs_stay_nodes_except_where_the_engine_separates_them(draw: Draw) -> None:
    picture = """
    outer      |==========|
      call     |=======   |
        inner  | =====    | workflow
          step |  ==      |
    """
    inner = {"run_id": "run-2", "is_run": True}
    joined = assemble(draw(picture, outer={"run_id": "run-1", "is_run": True}, inner=inner))
    separate = assemble(
        draw(picture, outer={"run_id": "run-1", "is_run": True}, inner={**inner, "is_separate_run": True})
    )

    assert [(r.run.workflow_run_id, len(r.nodes)) for r in joined] == [("run-1", 3)]
    assert [(r.run.workflow_run_id, len(r.nodes)) for r in separate] == [("run-1", 1), ("run-2", 1)]


def test_a_run_continued_in_another_trace_is_one_run(draw: Draw) -> None:
    flow = {"run_id": "execution-9", "is_run": True}
    first = draw("""
    flow   |===    |
      ask  |==     |
    """, flow=flow)  # fmt: skip
    second = draw("""
    flow   |     ==|
      send |     = |
    """, trace_id=bytes(16)[:-1] + b"\1", flow=flow)  # fmt: skip
    record = one(first + second)

    assert (record.run.workflow_run_id, record.run.elapsed_ns) == ("execution-9", 7_000_000)
    assert [node.node_id for node in record.nodes] == ["ask", "send"]


def test_log_records_tell_the_error_and_sizes_of_their_span(draw: Draw) -> None:
    spans = draw(TRIP, ChatModel={"is_failed": True})
    chat = next(span for span in spans if span.name == "ChatModel")
    of_chat: dict[str, Any] = {"trace_id": chat.trace_id, "span_id": chat.span_id}
    logs = (
        LogFacts(**of_chat, error_type="RateLimitError", output_bytes=12),
        LogFacts(**of_chat, input_bytes=30, input_fingerprint=7),
        LogFacts(**of_chat, input_bytes=4, input_fingerprint=8),
    )
    node = next(node for node in one(spans, logs).nodes if node.node_id == "ChatModel")

    assert (node.error_type, node.output_bytes, node.input_bytes) == ("RateLimitError", 12, 34)
    assert node.input_fingerprint not in {None, 7, 8}


def test_a_cyclic_trace_is_assembled_all_the_same(draw: Draw) -> None:
    spans = draw("""
    a   |===|
      b |===|
    """)
    cyclic = [SpanFacts(**{**_fields(spans[0]), "parent_span_id": spans[1].span_id}), spans[1]]

    assert {node.node_id for node in one(cyclic).nodes} == {"a", "b"}


def test_fifty_thousand_spans_in_a_chain(draw: Draw) -> None:
    spans = [
        SpanFacts(
            trace_id=bytes(16),
            span_id=(index + 1).to_bytes(8, "big"),
            parent_span_id=index.to_bytes(8, "big") if index else None,
            name="n",
            node_id="n",
            start_ns=index,
            end_ns=200_000 - index,
            is_ai=True,
        )
        for index in range(50_000)
    ]

    assert one(spans).run.node_count == 49_999


def _fields(span: SpanFacts) -> dict[str, Any]:
    return {name: getattr(span, name) for name in SpanFacts.__struct_fields__}


def test_names_rank_over_all_spans_and_equals_are_settled_by_the_root(draw: Draw) -> None:
    record = one(
        draw(
            TRIP,
            trip={"session": (1, "of the root"), "app": (3, "service")},
            plan={"session": (1, "of a node"), "app": (0, "project"), "workflow": (2, "flow"), "tags": ("b", "a")},
        )
    )

    assert (record.run.session_id, record.run.app_id) == ("of the root", "project")
    assert (record.run.workflow_id, record.run.workflow_name, record.run.tags) == ("flow", "flow", ("a", "b"))
