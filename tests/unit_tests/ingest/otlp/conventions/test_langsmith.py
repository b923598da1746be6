"""LangSmith's exporter, in front of LangChain and LangGraph."""

import json
from collections.abc import Callable

import pytest

from longpole.assembly.facts import SpanFacts

Mapped = Callable[..., SpanFacts]

SCOPE = "langsmith"


@pytest.mark.parametrize(
    ("kind", "node_type"),
    [
        ("llm", "llm"),
        ("chain", "chain"),
        ("tool", "tool"),
        ("retriever", "retriever"),
        ("prompt", "prompt"),
        ("parser", "parser"),
    ],
)
def test_the_run_type(mapped: Mapped, kind: str, node_type: str) -> None:
    assert mapped({"langsmith.span.kind": kind}, scope=SCOPE).node_type == node_type


def test_a_call(mapped: Mapped) -> None:
    usage = {
        "input_token_details": {"cache_read": 40, "cache_creation": 7},
        "output_token_details": {"reasoning": 8},
    }
    facts = mapped(
        {
            "langsmith.span.kind": "llm",
            "gen_ai.operation.name": "chat",
            "gen_ai.system": "openai",
            "gen_ai.request.model": "gpt-4o-mini",
            "gen_ai.usage.input_tokens": 100,
            "gen_ai.usage.output_tokens": 20,
            "langsmith.metadata.usage_metadata": json.dumps(usage),
            "langsmith.trace.session_name": "trip-project",
            "langsmith.trace.name": "ChatOpenAI",
        },
        name="ChatOpenAI",
        scope=SCOPE,
        resource={"service.name": "unknown_service:python"},
    )
    assert (facts.input_tokens, facts.output_tokens) == (100, 20)
    assert (facts.cache_read_tokens, facts.cache_write_tokens, facts.reasoning_tokens) == (40, 7, 8)
    assert facts.app is not None
    assert (facts.app[1], facts.workflow) == ("trip-project", None)


def test_details_written_as_python_writes_them(mapped: Mapped) -> None:
    facts = mapped(
        {
            "gen_ai.usage.input_tokens": 100,
            "gen_ai.usage.input_token_details": "{'cache_read': 40}",
            "gen_ai.usage.output_token_details": "{'reasoning': 8}",
        }
    )
    assert (facts.cache_read_tokens, facts.reasoning_tokens) == (40, 8)


def test_tags_without_those_that_count_steps(mapped: Mapped) -> None:
    assert mapped({"langsmith.span.tags": "prod, graph:step:1, eu,seq:step:2"}).tags == ("prod", "eu")
    assert mapped({"langsmith.span.tags": ["prod"]}).tags == ()


def test_metadata(mapped: Mapped) -> None:
    facts = mapped(
        {
            "langsmith.span.kind": "chain",
            "langsmith.metadata.session_id": "s-1",
            "langsmith.metadata.thread_id": "t-1",
            "langsmith.metadata.user_id": "u-1",
            "langsmith.metadata.langgraph_node": "flaky",
            "langsmith.metadata.langgraph_checkpoint_ns": "flaky:1",
            "langsmith.metadata.langgraph_triggers": '["branch:to:flaky","join:left+right:flaky"]',
            "langsmith.metadata.LANGSMITH_API_KEY": "lsv2_secret",
        }
    )
    assert facts.session is not None
    assert facts.user is not None
    assert (facts.session[1], facts.user[1]) == ("s-1", "u-1")
    assert (facts.step_name, facts.step_key, facts.waits_for) == ("flaky", "flaky:1", ("left", "right"))
    assert "lsv2_secret" not in repr(facts)


def test_the_class_of_an_exception_is_at_the_head_of_its_message(mapped: Mapped) -> None:
    facts = mapped(
        {"langsmith.span.kind": "chain"},
        status=2,
        events=[
            (
                "exception",
                {
                    "exception.type": "Exception",
                    "exception.message": "ConnectionError('backend down')Traceback (most recent call last):\n\n  …",
                },
            )
        ],
    )
    assert (facts.error_type, facts.error_message) == ("ConnectionError", "ConnectionError('backend down')")
