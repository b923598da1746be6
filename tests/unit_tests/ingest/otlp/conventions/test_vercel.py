"""Vercel's AI SDK, versions 4 to 7."""

import json
from collections.abc import Callable

import pytest

from longpole.assembly.facts import Role, SpanFacts

Mapped = Callable[..., SpanFacts]

SCOPE = "ai"


@pytest.mark.parametrize(
    ("operation", "node_type"),
    [
        ("ai.generateText", "agent"),
        ("ai.streamText", "agent"),
        ("ai.generateObject", "agent"),
        ("ai.streamObject", "agent"),
        ("ai.generateText.doGenerate", "llm"),
        ("ai.streamText.doStream", "llm"),
        ("ai.generateObject.doGenerate", "llm"),
        ("ai.embed", "chain"),
        ("ai.embedMany", "chain"),
        ("ai.embed.doEmbed", "embedding"),
        ("ai.embedMany.doEmbed", "embedding"),
        ("ai.toolCall", "tool"),
        ("ai.rerank.doRerank", "reranker"),
        ("ai.somethingNew", "span"),
    ],
)
def test_the_operation_makes_the_type(mapped: Mapped, operation: str, node_type: str) -> None:
    assert mapped({"ai.operationId": operation}, scope=SCOPE).node_type == node_type
    old = mapped({"operation.name": f"{operation} planner"}, scope=SCOPE)
    assert (old.node_type, old.is_ai) == (node_type, True)


def test_operation_names_of_others_are_not_vercels(mapped: Mapped) -> None:
    assert not mapped({"operation.name": "http.request"}).is_ai


def test_a_call_is_named_after_its_function_and_operation(mapped: Mapped) -> None:
    facts = mapped(
        {
            "ai.operationId": "ai.generateText.doGenerate",
            "ai.telemetry.functionId": "planner",
            "ai.model.provider": "openai.chat",
            "ai.model.id": "gpt-4o-mini",
            "ai.response.model": "gpt-4o-mini-2026-01-01",
            "ai.response.id": "chatcmpl-1",
            "gen_ai.system": "openai.chat",
            "ai.response.msToFirstChunk": 35.5,
        },
        name="ai.generateText.doGenerate",
        scope=SCOPE,
    )
    assert (facts.node_id, facts.own_name) == ("planner/ai.generateText.doGenerate", "planner")
    assert (facts.provider, facts.model, facts.requested_model) == ("openai", "gpt-4o-mini-2026-01-01", "gpt-4o-mini")
    assert (facts.first_token_ns, facts.response_id) == (35_500_000, "chatcmpl-1")


def test_a_tool_call_is_named_after_the_tool(mapped: Mapped) -> None:
    facts = mapped(
        {"ai.operationId": "ai.toolCall", "ai.toolCall.name": "weather", "ai.telemetry.functionId": "p"}, scope=SCOPE
    )
    assert facts.node_id == "weather"


def test_metadata(mapped: Mapped) -> None:
    facts = mapped(
        {
            "ai.operationId": "ai.generateText",
            "ai.telemetry.metadata.userId": "u-1",
            "ai.telemetry.metadata.sessionId": "s-77",
            "ai.telemetry.metadata.tags": ["prod"],
        },
        scope=SCOPE,
    )
    assert facts.session is not None
    assert facts.user is not None
    assert (facts.session[1], facts.user[1], facts.tags) == ("s-77", "u-1", ("prod",))


def test_a3_both_spellings_of_usage_on_one_span(mapped: Mapped) -> None:
    facts = mapped(
        {
            "ai.operationId": "ai.generateText.doGenerate",
            "gen_ai.usage.input_tokens": 170,
            "gen_ai.usage.output_tokens": 25,
            "ai.usage.inputTokens": 170,
            "ai.usage.inputTokenDetails.noCacheTokens": 42,
            "ai.usage.inputTokenDetails.cacheReadTokens": 128,
            "ai.usage.outputTokens": 25,
            "ai.usage.outputTokenDetails.reasoningTokens": 10,
            "ai.usage.cachedInputTokens": 128,
        },
        scope=SCOPE,
    )
    assert (facts.input_tokens, facts.output_tokens, facts.cache_read_tokens, facts.reasoning_tokens) == (
        170,
        25,
        128,
        10,
    )


def test_usage_of_older_versions(mapped: Mapped) -> None:
    old = mapped({"ai.usage.promptTokens": 60, "ai.usage.completionTokens": 7}, scope=SCOPE)
    embedding = mapped({"ai.operationId": "ai.embed.doEmbed", "ai.usage.tokens": 2}, scope=SCOPE)
    assert (old.input_tokens, old.output_tokens, embedding.input_tokens) == (60, 7, 2)


def test_anthropics_input_excluded_the_cache_before_version_6(mapped: Mapped) -> None:
    sent = {
        "ai.operationId": "ai.generateText.doGenerate",
        "ai.model.provider": "anthropic.messages",
        "ai.usage.promptTokens": 1000,
        "ai.usage.completionTokens": 50,
        "ai.response.providerMetadata": '{"anthropic": {"cacheCreationInputTokens": 20, "cacheReadInputTokens": 300}}',
    }
    facts = mapped(sent, scope=SCOPE)
    assert (facts.input_tokens, facts.cache_read_tokens, facts.cache_write_tokens) == (1320, 300, 20)
    usage = {"input_tokens": 1000, "cache_read_input_tokens": 300, "cache_creation_input_tokens": 20}
    newer = sent | {"ai.response.providerMetadata": json.dumps({"anthropic": {"usage": usage}})}
    assert mapped(newer, scope=SCOPE).input_tokens == 1320


def test_anthropics_input_includes_the_cache_since_version_6(mapped: Mapped) -> None:
    facts = mapped(
        {
            "ai.operationId": "ai.generateText.doGenerate",
            "ai.usage.inputTokens": 1320,
            "ai.usage.inputTokenDetails.cacheReadTokens": 300,
            "ai.usage.inputTokenDetails.cacheWriteTokens": 20,
            "ai.response.providerMetadata": '{"anthropic": {"usage": {"input_tokens": 1000}}}',
        },
        scope=SCOPE,
    )
    assert (facts.input_tokens, facts.cache_read_tokens, facts.cache_write_tokens) == (1320, 300, 20)


def test_openais_details_stood_in_the_providers_metadata(mapped: Mapped) -> None:
    facts = mapped(
        {
            "ai.usage.promptTokens": 100,
            "ai.usage.completionTokens": 50,
            "ai.response.providerMetadata": '{"openai": {"cachedPromptTokens": 64, "reasoningTokens": 32}}',
        },
        scope=SCOPE,
    )
    assert (facts.input_tokens, facts.cache_read_tokens, facts.reasoning_tokens) == (100, 64, 32)


def test_version_7_speaks_opentelemetry(mapped: Mapped) -> None:
    agent = mapped(
        {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.provider.name": "openai.chat",
            "gen_ai.request.model": "gpt-4o-mini",
            "gen_ai.agent.name": "planner",
        },
        name="invoke_agent gpt-4o-mini",
        scope="gen_ai",
    )
    step = mapped(
        {"gen_ai.operation.name": "agent_step", "http.response.status_code": 400}, name="step 1", scope="gen_ai"
    )
    assert (agent.provider, agent.own_name, agent.node_id) == ("openai", "planner", "planner")
    assert (step.node_type, step.role, step.node_id) == ("internal", Role.NODE, "step 1")
