"""Strands Agents: two spellings at once, messages as events of the span."""

from collections.abc import Callable

import pytest

from longpole.assembly.facts import Role, SpanFacts

Mapped = Callable[..., SpanFacts]

SCOPE = "strands.telemetry.tracer"


def test_a_call(mapped: Mapped) -> None:
    facts = mapped(
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.system": "strands-agents",
            "gen_ai.request.model": "gpt-4o-mini",
            "gen_ai.usage.prompt_tokens": 100,
            "gen_ai.usage.input_tokens": 100,
            "gen_ai.usage.completion_tokens": 20,
            "gen_ai.usage.output_tokens": 20,
            "gen_ai.usage.cache_read.input_tokens": 40,
            "gen_ai.usage.cache_read_input_tokens": 40,
            "gen_ai.server.time_to_first_token": 21,
        },
        name="chat",
        scope=SCOPE,
        status=1,
        events=[
            ("gen_ai.user.message", {"content": '[{"text": "hello"}]'}),
            ("gen_ai.choice", {"finish_reason": "end_turn", "message": '[{"text": "fine"}]'}),
        ],
    )
    assert (facts.input_tokens, facts.output_tokens, facts.cache_read_tokens) == (100, 20, 40)
    assert (facts.provider, facts.first_token_ns) == (None, 21_000_000)
    assert (facts.input_bytes, facts.output_bytes) == (19, 18)


def test_all_messages_make_the_input(mapped: Mapped) -> None:
    events = [("gen_ai.user.message", {"content": "abc"}), ("gen_ai.tool.message", {"content": "de"})]
    first = mapped({"gen_ai.operation.name": "chat"}, scope=SCOPE, events=events)
    assert first.input_bytes == 5
    assert (
        first.input_fingerprint
        != mapped({"gen_ai.operation.name": "chat"}, scope=SCOPE, events=events[::-1]).input_fingerprint
    )


def test_messages_by_the_newer_convention(mapped: Mapped) -> None:
    event = "gen_ai.client.inference.operation.details"
    facts = mapped(
        {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "strands-agents"},
        scope=SCOPE,
        events=[(event, {"gen_ai.input.messages": "[1]"}), (event, {"gen_ai.output.messages": "[22]"})],
    )
    assert (facts.input_bytes, facts.output_bytes) == (3, 4)


@pytest.mark.parametrize(
    ("operation", "node_type"),
    [("invoke_graph", "workflow"), ("invoke_swarm", "workflow"), ("execute_event_loop_cycle", "internal")],
)
def test_its_own_operations(mapped: Mapped, operation: str, node_type: str) -> None:
    facts = mapped({"gen_ai.operation.name": operation}, name=operation, kind=3, scope=SCOPE)
    assert (facts.node_type, facts.role) == (node_type, Role.NODE)
