"""Langfuse: usage and cost in JSON, two shapes of it, errors as levels."""

from collections.abc import Callable

import pytest

from longpole.assembly.facts import Role, SpanFacts

Mapped = Callable[..., SpanFacts]

SCOPE = "langfuse-sdk"


@pytest.mark.parametrize(
    ("kind", "node_type"),
    [
        ("generation", "llm"),
        ("embedding", "embedding"),
        ("tool", "tool"),
        ("agent", "agent"),
        ("chain", "chain"),
        ("retriever", "retriever"),
        ("guardrail", "guardrail"),
        ("evaluator", "evaluator"),
        ("span", "span"),
        ("event", "event"),
    ],
)
def test_the_observation_type(mapped: Mapped, kind: str, node_type: str) -> None:
    facts = mapped({"langfuse.observation.type": kind}, scope=SCOPE)
    assert (facts.node_type, facts.is_ai, facts.role) == (node_type, True, Role.NODE)


def tokens(facts: SpanFacts) -> tuple[int | None, ...]:
    return (
        facts.input_tokens,
        facts.output_tokens,
        facts.cache_read_tokens,
        facts.cache_write_tokens,
        facts.reasoning_tokens,
    )


OPENAI = """
{"prompt_tokens": 22, "completion_tokens": 5, "total_tokens": 27,
 "prompt_tokens_details": {"cached_tokens": 16}, "completion_tokens_details": {"reasoning_tokens": 2}}
"""
RESPONSES = """
{"input_tokens": 22, "output_tokens": 5,
 "input_tokens_details": {"cached_tokens": 16}, "output_tokens_details": {"reasoning_tokens": 2}}
"""
BUCKETS = """
{"input": 2, "output": 1, "input_cached_tokens": 3, "input_cache_creation": 4, "input_audio": 1, "output_reasoning": 5}
"""
ANTHROPIC = """
{"input_tokens": 10, "output_tokens": 3, "cache_read_input_tokens": 100, "cache_creation_input_tokens": 20}
"""


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (OPENAI.strip(), (22, 5, 16, None, 2)),
        (RESPONSES.strip(), (22, 5, 16, None, 2)),
        (BUCKETS.strip(), (10, 6, 3, 4, 5)),
        (ANTHROPIC.strip(), (130, 3, 100, 20, None)),
        ('{"input": 10, "output": 3, "cache_read_input_tokens": 5}', (15, 3, 5, None, None)),
        ('{"input": 10, "output": 3, "total": 13}', (10, 3, None, None, None)),
        ('{"input": 2, "input_cache_read": 3, "output": 1}', (5, 1, 3, None, None)),
        ('"{\\"input\\": 1, \\"output\\": 2}"', (1, 2, None, None, None)),
        ("{}", (None, None, None, None, None)),
        ("[1]", (None, None, None, None, None)),
    ],
)
def test_usage_of_both_shapes_becomes_inclusive(mapped: Mapped, usage: str, expected: tuple[int | None, ...]) -> None:
    assert tokens(mapped({"langfuse.observation.usage_details": usage}, scope=SCOPE)) == expected


@pytest.mark.parametrize(
    ("details", "cost"),
    [
        ('{"input": 0.01, "output": 0.02, "total": 0.04}', 4 * 10**10),
        ('{"input": 0.01, "output": "0.02"}', 3 * 10**10),
        ("{}", None),
    ],
)
def test_cost_is_the_total_or_the_sum(mapped: Mapped, details: str, cost: int | None) -> None:
    assert mapped({"langfuse.observation.cost_details": details}).cost_pico_usd == cost


def test_an_error_is_a_level_with_a_message_and_no_exception(mapped: Mapped) -> None:
    facts = mapped(
        {
            "langfuse.observation.type": "span",
            "langfuse.observation.level": "ERROR",
            "langfuse.observation.status_message": "publish failed once",
        }
    )
    assert (facts.is_failed, facts.error_message, facts.error_type) == (True, "publish failed once", None)
    assert not mapped({"langfuse.observation.level": "WARNING"}).is_failed


def test_what_the_trace_says_may_stand_on_any_span(mapped: Mapped) -> None:
    facts = mapped(
        {
            "langfuse.observation.type": "tool",
            "langfuse.trace.name": "article_flow",
            "langfuse.session.id": "ses-7",
            "session.id": "other",
            "langfuse.user.id": "u-7",
            "langfuse.trace.tags": ["prod", "v2"],
            "langfuse.trace.metadata.tenant": '"acme"',
            "langfuse.trace.metadata.LANGSMITH_API_KEY": '"lsv2_secret"',
            "langfuse.environment": "staging",
            "langfuse.version": "1.2",
        }
    )
    assert facts.workflow is not None
    assert facts.session is not None
    assert facts.user is not None
    assert facts.workflow_version is not None
    assert (facts.workflow[1], facts.session[1], facts.user[1]) == ("article_flow", "ses-7", "u-7")
    assert facts.tags == ("prod", "v2", "tenant=acme")
    assert (facts.environment, facts.workflow_version[1]) == ("staging", "1.2")


def test_model_and_first_token(mapped: Mapped) -> None:
    facts = mapped(
        {
            "langfuse.observation.type": "generation",
            "langfuse.observation.model.name": "gpt-4o",
            "langfuse.observation.completion_start_time": '"2027-01-15T08:00:00.250Z"',
        }
    )
    assert (facts.model, facts.first_token_ns) == ("gpt-4o", 250_000_000)
    before = mapped({"langfuse.observation.completion_start_time": "2020-01-01T00:00:00Z"})
    naive = mapped({"langfuse.observation.completion_start_time": "2027-01-15T08:00:00"})
    assert before.first_token_ns is naive.first_token_ns is None


def test_langgraphs_keys_are_quoted_once_more(mapped: Mapped) -> None:
    facts = mapped(
        {
            "langfuse.observation.type": "chain",
            "langfuse.observation.metadata.langgraph_node": '"plan"',
            "langfuse.observation.metadata.langgraph_checkpoint_ns": '"plan:1"',
            "langfuse.observation.metadata.langgraph_triggers": '["branch:to:plan", "join:a+b:plan"]',
            "langfuse.observation.metadata.ls_provider": '"openai"',
            "langfuse.observation.metadata.ls_model_name": '"gpt-4o"',
        }
    )
    assert (facts.step_name, facts.step_key, facts.waits_for) == ("plan", "plan:1", ("a", "b"))
    assert (facts.provider, facts.requested_model) == ("openai", "gpt-4o")
