"""Pydantic AI, old and new, and Logfire."""

from collections.abc import Callable

import pytest

from longpole.assembly.facts import Role, SpanFacts

Mapped = Callable[..., SpanFacts]

SCOPE = "pydantic-ai"


def test_an_agent_of_version_2(mapped: Mapped) -> None:
    facts = mapped(
        {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": "planner",
            "agent_name": "planner",
            "model_name": "gpt-4o-mini",
            "gen_ai.aggregated_usage.input_tokens": 280,
            "gen_ai.aggregated_usage.output_tokens": 62,
            "logfire.msg": "planner run",
        },
        name="invoke_agent planner",
        scope=SCOPE,
    )
    assert (facts.node_type, facts.own_name, facts.model, facts.requested_model) == (
        "agent",
        "planner",
        None,
        "gpt-4o-mini",
    )
    assert not facts.has_usage


@pytest.mark.parametrize(
    ("name", "sent", "node_type", "node_id"),
    [
        (
            "agent run",
            {"agent_name": "planner", "model_name": "gpt-4o", "gen_ai.usage.input_tokens": 9},
            "agent",
            "planner",
        ),
        ("running tools", {"tools": ["weather"]}, "internal", "running tools"),
        ("running tool", {"gen_ai.tool.name": "weather", "gen_ai.tool.call.id": "c"}, "tool", "weather"),
        ("chat gpt-4o", {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o"}, "llm", "chat gpt-4o"),
    ],
)
def test_spans_of_version_0(mapped: Mapped, name: str, sent: dict[str, object], node_type: str, node_id: str) -> None:
    facts = mapped(sent, name=name, scope=SCOPE)
    assert (facts.node_type, facts.node_id, facts.is_ai) == (node_type, node_id, True)


def test_details_of_usage(mapped: Mapped) -> None:
    usage = {
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 20,
        "gen_ai.usage.details.reasoning_tokens": 8,
    }
    new = mapped(usage | {"gen_ai.usage.details.cache_read_tokens": 40, "gen_ai.usage.details.cache_write_tokens": 5})
    old = mapped(usage | {"gen_ai.usage.details.cached_tokens": 40})
    assert (new.cache_read_tokens, new.cache_write_tokens, new.reasoning_tokens) == (40, 5, 8)
    assert (old.cache_read_tokens, old.cache_write_tokens) == (40, None)
    assert mapped(usage | {"operation.cost": 0.0015}).cost_pico_usd == 1_500_000_000


def test_a_tool_that_asks_the_model_to_try_again(mapped: Mapped) -> None:
    facts = mapped(
        {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": "flaky",
            "pydantic_ai.tool.retry.attempt": 1,
            "pydantic_ai.tool.retry.max_retries": 2,
        },
        status=2,
        events=[
            ("exception", {"exception.type": "pydantic_ai.exceptions.ToolRetryError", "exception.message": "again"})
        ],
    )
    assert (facts.attempt_number, facts.is_failed) == (1, True)
    assert (facts.error_type, facts.error_message) == ("pydantic_ai.exceptions.ToolRetryError", "again")


def test_a_start_marker_is_the_span_that_it_announces(mapped: Mapped) -> None:
    facts = mapped(
        {
            "logfire.span_type": "pending_span",
            "logfire.pending_parent_id": "00000000000000ff",
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": "slow",
        },
        name="invoke_agent slow",
        span_id=b"marker-1",
        parent=b"real-one",
        scope=SCOPE,
        events=[("exception", {"exception.type": "X"})],
    )
    assert (facts.span_id, facts.parent_span_id, facts.end_ns) == (b"real-one", (255).to_bytes(8, "big"), None)
    assert (facts.node_type, facts.node_id, facts.role, facts.has_exception) == ("agent", "slow", Role.NODE, False)


@pytest.mark.parametrize("root", ["0000000000000000", "", None, "no hex", "1" * 40])
def test_the_marker_of_a_root(mapped: Mapped, root: object) -> None:
    facts = mapped(
        {"logfire.span_type": "pending_span", "logfire.pending_parent_id": root}, name="outer job", scope="logfire"
    )
    assert (facts.span_id, facts.parent_span_id, facts.end_ns) == (b"span-001", None, None)
    assert (facts.is_ai, facts.role) == (False, Role.NODE)


def test_a_marker_that_announces_nothing_is_nothing(mapped: Mapped) -> None:
    facts = mapped({"logfire.span_type": "pending_span", "gen_ai.operation.name": "chat"}, parent=None)
    assert (facts.role, facts.is_ai) == (Role.HIDDEN, False)


def test_a_log_is_no_step(mapped: Mapped) -> None:
    facts = mapped(
        {"logfire.span_type": "log", "gen_ai.request.model": "gpt-4o", "x": 1}, name="a log", scope="logfire"
    )
    assert (facts.role, facts.is_ai, facts.node_type) == (Role.HIDDEN, False, "span")


def test_a_plain_span_of_logfire_is_no_part_of_an_ai_workflow(mapped: Mapped) -> None:
    facts = mapped(
        {
            "logfire.span_type": "span",
            "logfire.msg_template": "trip {city}",
            "logfire.msg": "trip Oslo",
            "logfire.tags": ["prod"],
        },
        name="trip {city}",
        scope="logfire",
    )
    assert (facts.is_ai, facts.role, facts.own_name, facts.tags) == (False, Role.NODE, "trip {city}", ("prod",))


def test_messages_and_answers_are_told_apart_among_old_events(mapped: Mapped) -> None:
    prompt = '{"content":"hi","role":"user","event.name":"gen_ai.user.message"}'
    answer = '{"index":0,"message":{"content":"yo"},"event.name":"gen_ai.choice"}'
    both = mapped({"events": f"[{prompt},{answer}]"}, scope=SCOPE)
    other_answer = mapped({"events": f"[{prompt},{answer.replace('yo', 'no')}]"}, scope=SCOPE)
    assert both.input_fingerprint == other_answer.input_fingerprint != both.output_fingerprint
    assert both.output_fingerprint != other_answer.output_fingerprint
    assert both.input_bytes == len(f"[{prompt}]")


def test_a_model_name_elsewhere_is_not_pydantics(mapped: Mapped) -> None:
    assert mapped({"model_name": "wheel", "openinference.span.kind": "LLM"}).requested_model is None


@pytest.mark.parametrize("broken", ["[", "{}", 7, [], "[]"])
def test_events_that_are_no_list_are_no_payload(mapped: Mapped, broken: object) -> None:
    facts = mapped({"events": broken}, scope=SCOPE)
    assert (facts.input_bytes, facts.output_bytes) == (None, None)
