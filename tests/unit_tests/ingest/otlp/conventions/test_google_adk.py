"""Google's Agent Development Kit, today's and the first."""

from collections.abc import Callable

import pytest

from longpole.assembly.facts import SpanFacts

Mapped = Callable[..., SpanFacts]

SCOPE = "gcp.vertex.agent"


def test_a_call_today(mapped: Mapped) -> None:
    facts = mapped(
        {
            "gen_ai.operation.name": "generate_content",
            "gen_ai.request.model": "openai/gpt-4o-mini",
            "gen_ai.agent.name": "planner",
            "gen_ai.conversation.id": "c-1",
            "gen_ai.provider.name": "openai",
            "gen_ai.usage.input_tokens": 100,
            "gen_ai.usage.output_tokens": 28,
            "gen_ai.usage.cache_read.input_tokens": 40,
            "gen_ai.usage.reasoning.output_tokens": 8,
        },
        name="generate_content openai/gpt-4o-mini",
        scope=SCOPE,
    )
    assert (facts.node_type, facts.provider, facts.model) == ("llm", "openai", "openai/gpt-4o-mini")
    assert (facts.input_tokens, facts.output_tokens, facts.reasoning_tokens) == (100, 28, 8)


@pytest.mark.parametrize(
    ("name", "sent", "node_type"),
    [
        ("agent_run [planner]", {}, "agent"),
        ("call_llm", {"gen_ai.system": "gcp.vertex.agent"}, "llm"),
        (
            "invoke_workflow trip_app",
            {"gen_ai.operation.name": "invoke_workflow", "gen_ai.workflow.name": "trip_app"},
            "workflow",
        ),
    ],
)
def test_names_that_say_the_type(mapped: Mapped, name: str, sent: dict[str, str], node_type: str) -> None:
    facts = mapped(sent, name=name, scope=SCOPE)
    assert (facts.node_type, facts.is_ai, facts.provider) == (node_type, True, None)


def test_an_old_agent_is_named_in_brackets(mapped: Mapped) -> None:
    facts = mapped({}, name="agent_run [planner]", scope=SCOPE)
    assert (facts.own_name, facts.node_id) == ("planner", "planner")
    assert not mapped({}, name="agent_run [planner]", scope="app").is_ai


def test_old_requests_and_responses_are_payloads(mapped: Mapped) -> None:
    facts = mapped(
        {"gcp.vertex.agent.llm_request": '{"a":1}', "gcp.vertex.agent.llm_response": "{}"}, name="call_llm", scope=SCOPE
    )
    assert (facts.input_bytes, facts.output_bytes) == (7, 2)
