"""OpenTelemetry's own names, of all generations."""

from collections.abc import Callable

import pytest

from longpole.assembly.facts import Role, SpanFacts

Mapped = Callable[..., SpanFacts]


@pytest.mark.parametrize(
    ("operation", "node_type"),
    [
        ("chat", "llm"),
        ("text_completion", "llm"),
        ("generate_content", "llm"),
        ("completion", "llm"),
        ("generate", "llm"),
        ("Chat", "llm"),
        ("embeddings", "embedding"),
        ("retrieval", "retriever"),
        ("execute_tool", "tool"),
        ("invoke_agent", "agent"),
        ("create_agent", "agent"),
        ("invoke_workflow", "workflow"),
        ("plan", "chain"),
        ("execute_task", "node"),
        ("invoke_graph", "workflow"),
        ("agent_step", "internal"),
        ("execute_event_loop_cycle", "internal"),
        ("search_memory", "tool"),
        ("delete_memory_store", "tool"),
        ("chain", "chain"),
        ("WORKFLOW", "workflow"),
        ("fetch_response", "span"),
    ],
)
def test_the_operation_makes_the_type(mapped: Mapped, operation: str, node_type: str) -> None:
    facts = mapped({"gen_ai.operation.name": operation}, kind=3)
    assert (facts.node_type, facts.is_ai, facts.role) == (node_type, True, Role.NODE)
    assert facts.raw_type == (None if operation == node_type else operation)


def test_a_call_of_semconv_1_41(mapped: Mapped) -> None:
    facts = mapped(
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "anthropic",
            "gen_ai.request.model": "claude-sonnet-4-5",
            "gen_ai.response.model": "claude-sonnet-4-5-20250929",
            "gen_ai.response.id": "msg_1",
            "gen_ai.conversation.id": "conv-1",
            "gen_ai.usage.input_tokens": 500,
            "gen_ai.usage.output_tokens": 80,
            "gen_ai.usage.cache_read.input_tokens": 300,
            "gen_ai.usage.cache_creation.input_tokens": 50,
            "gen_ai.usage.reasoning.output_tokens": 40,
            "gen_ai.response.time_to_first_chunk": 0.25,
        },
        name="chat claude-sonnet-4-5",
        kind=3,
    )
    assert (facts.model, facts.requested_model) == ("claude-sonnet-4-5-20250929", "claude-sonnet-4-5")
    assert (facts.provider, facts.response_id, facts.first_token_ns) == ("anthropic", "msg_1", 250_000_000)
    assert (facts.input_tokens, facts.output_tokens) == (500, 80)
    assert (facts.cache_read_tokens, facts.cache_write_tokens, facts.reasoning_tokens) == (300, 50, 40)
    assert facts.session is not None
    assert facts.session[1] == "conv-1"
    assert facts.node_id == facts.node_title == "chat claude-sonnet-4-5"


@pytest.mark.parametrize(
    ("key", "field"),
    [
        ("gen_ai.usage.cache_read_input_tokens", "cache_read_tokens"),
        ("gen_ai.usage.cache_write.input_tokens", "cache_write_tokens"),
        ("gen_ai.usage.cache_creation_input_tokens", "cache_write_tokens"),
        ("gen_ai.usage.cache_write_input_tokens", "cache_write_tokens"),
        ("gen_ai.usage.reasoning_tokens", "reasoning_tokens"),
    ],
)
def test_every_spelling_of_the_details_is_read(mapped: Mapped, key: str, field: str) -> None:
    facts = mapped({"gen_ai.usage.input_tokens": 10, "gen_ai.usage.output_tokens": 9, key: "7"})
    assert getattr(facts, field) == 7


def test_a_call_of_semconv_1_27(mapped: Mapped) -> None:
    facts = mapped(
        {"gen_ai.system": "openai", "gen_ai.usage.prompt_tokens": 30, "gen_ai.usage.completion_tokens": 15},
        name="openai.chat",
    )
    assert (facts.node_type, facts.provider, facts.input_tokens, facts.output_tokens) == ("llm", "openai", 30, 15)


def test_a1_the_provider_name_is_newer_than_the_system(mapped: Mapped) -> None:
    assert (
        mapped({"gen_ai.system": "az.ai.openai", "gen_ai.provider.name": "azure.ai.openai"}).provider
        == "azure.ai.openai"
    )


def test_a2_old_and_new_token_spellings_are_never_added(mapped: Mapped) -> None:
    facts = mapped(
        {
            "gen_ai.usage.prompt_tokens": 101,
            "gen_ai.usage.input_tokens": 100,
            "gen_ai.usage.completion_tokens": 21,
            "gen_ai.usage.output_tokens": 20,
        }
    )
    assert (facts.input_tokens, facts.output_tokens) == (100, 20)


def test_a4_gen_ai_comes_before_llm(mapped: Mapped) -> None:
    facts = mapped(
        {
            "llm.token_count.prompt": 1,
            "gen_ai.usage.input_tokens": 2,
            "llm.model_name": "old",
            "gen_ai.response.model": "new",
            "llm.provider": "x",
            "gen_ai.system": "openai",
        }
    )
    assert (facts.input_tokens, facts.model, facts.provider) == (2, "new", "openai")


@pytest.mark.parametrize("framework", ["langchain", "strands-agents", "langgraph", "microsoft.agent_framework"])
def test_a_framework_is_no_provider(mapped: Mapped, framework: str) -> None:
    assert mapped({"gen_ai.system": framework}).provider is None
    assert mapped({"gen_ai.provider.name": framework, "gen_ai.system": "openai"}).provider == "openai"


def test_an_agent_has_no_model_of_its_own(mapped: Mapped) -> None:
    facts = mapped(
        {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": "writer",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.usage.input_tokens": 5,
        },
        name="invoke_agent writer",
    )
    assert (facts.model, facts.requested_model, facts.input_tokens) == (None, "gpt-4o", 5)
    assert (facts.node_id, facts.node_title, facts.own_name) == ("writer", "invoke_agent writer", "writer")


def test_a_call_inside_an_agent_is_not_the_agent(mapped: Mapped) -> None:
    facts = mapped({"gen_ai.operation.name": "chat", "gen_ai.agent.name": "writer"}, name="chat gpt-4o")
    assert facts.node_id == "chat gpt-4o"


def test_a_tool_is_known_by_its_name_alone(mapped: Mapped) -> None:
    facts = mapped({"gen_ai.tool.name": "weather", "gen_ai.tool.call.id": "c1"}, name="running tool")
    assert (facts.node_type, facts.node_id, facts.is_ai) == ("tool", "weather", True)


def test_a_call_is_known_by_its_model_or_its_usage(mapped: Mapped) -> None:
    assert mapped({"gen_ai.request.model": "gpt-4o"}).node_type == "llm"
    assert mapped({"gen_ai.usage.output_tokens": 1}).node_type == "llm"


def test_a_workflow_is_named_on_any_of_its_spans(mapped: Mapped) -> None:
    facts = mapped(
        {"gen_ai.workflow.name": "fanout", "gen_ai.operation.name": "invoke_workflow"}, name="invoke_workflow fanout"
    )
    assert facts.workflow is not None
    assert facts.workflow_name is not None
    assert (facts.workflow[1], facts.workflow_name[1], facts.own_name) == ("fanout", "fanout", "fanout")


@pytest.mark.parametrize(
    ("status", "failed", "skipped"), [("success", False, False), ("failure", True, False), ("skipped", False, True)]
)
def test_the_status_of_a_task_in_words(mapped: Mapped, status: str, failed: bool, skipped: bool) -> None:  # noqa: FBT001 - parametrized
    facts = mapped({"gen_ai.operation.name": "execute_task", "gen_ai.task.name": "plan", "gen_ai.task.status": status})
    assert (facts.is_failed, facts.is_skipped, facts.is_step, facts.node_id) == (failed, skipped, True, "plan")


def test_time_to_first_token_in_the_units_of_each_client(mapped: Mapped) -> None:
    assert mapped({"gen_ai.client.operation.time_to_first_chunk": 0.047}).first_token_ns == 47_000_000
    assert mapped({"gen_ai.server.time_to_first_token": 21}).first_token_ns == 21_000_000
    assert mapped({"gen_ai.user.time_to_first_token": 21_000_000}).first_token_ns == 21_000_000


def test_cache_hits_are_told_and_never_inferred(mapped: Mapped) -> None:
    assert mapped({"gen_ai.cache.hit": True}).is_cached is True
    assert mapped({"cache_hit": "false"}).is_cached is False
    assert mapped({"gen_ai.usage.cache_read.input_tokens": 100, "gen_ai.usage.input_tokens": 100}).is_cached is None


def test_a_declared_graph_says_how_many_nodes_to_expect(mapped: Mapped) -> None:
    assert mapped({"gen_ai.workflow.nodes": ["first", "second"]}).expected_node_count == 2
