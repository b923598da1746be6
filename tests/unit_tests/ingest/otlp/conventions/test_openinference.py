"""OpenInference: kinds, flattened attributes, LlamaIndex's steps."""

from collections.abc import Callable

import pytest

from longpole.assembly.facts import SpanFacts

Mapped = Callable[..., SpanFacts]


@pytest.mark.parametrize(
    "kind", ["LLM", "EMBEDDING", "TOOL", "AGENT", "CHAIN", "RETRIEVER", "RERANKER", "GUARDRAIL", "EVALUATOR", "PROMPT"]
)
def test_the_kind_is_the_type(mapped: Mapped, kind: str) -> None:
    facts = mapped({"openinference.span.kind": kind})
    assert (facts.node_type, facts.raw_type, facts.is_ai) == (kind.lower(), kind, True)


def test_an_unknown_kind_says_nothing(mapped: Mapped) -> None:
    assert mapped({"openinference.span.kind": "UNKNOWN"}).is_ai is False
    assert mapped({"openinference.span.kind": "UNKNOWN", "gen_ai.operation.name": "chat"}).node_type == "llm"


def test_a_call(mapped: Mapped) -> None:
    facts = mapped(
        {
            "openinference.span.kind": "LLM",
            "llm.system": "openai",
            "llm.model_name": "gpt-4o-mini-2026-01-01",
            "llm.token_count.prompt": 500,
            "llm.token_count.completion": 80,
            "llm.token_count.prompt_details.cache_read": 300,
            "llm.token_count.prompt_details.cache_write": 20,
            "llm.token_count.completion_details.reasoning": 40,
            "llm.cost.prompt": 0.001,
            "llm.cost.completion": 0.0005,
            "session.id": "t-1",
            "user.id": "u-1",
            "tag.tags": ["prod", "eu"],
        },
        scope="openinference.instrumentation.langchain",
        status=1,
    )
    assert (facts.provider, facts.model) == ("openai", "gpt-4o-mini-2026-01-01")
    assert (facts.input_tokens, facts.output_tokens) == (500, 80)
    assert (facts.cache_read_tokens, facts.cache_write_tokens, facts.reasoning_tokens) == (300, 20, 40)
    assert facts.cost_pico_usd == 1_500_000_000
    assert facts.session is not None
    assert facts.user is not None
    assert (facts.session[1], facts.user[1], facts.tags) == ("t-1", "u-1", ("prod", "eu"))


def test_a_total_cost_is_not_added_to_its_parts(mapped: Mapped) -> None:
    assert mapped({"llm.cost.total": 3, "llm.cost.prompt": 1, "llm.cost.completion": 1}).cost_pico_usd == 3 * 10**12


@pytest.mark.parametrize(
    "key",
    [
        "llm.response.model_name",
        "llm.output_model_name",
        "llm.request.model_name",
        "llm.input_model_name",
        "llm.model_name",
    ],
)
def test_every_spelling_of_the_model(mapped: Mapped, key: str) -> None:
    assert mapped({"openinference.span.kind": "LLM", key: "m"}).model == "m"


def test_models_that_embed_and_rerank(mapped: Mapped) -> None:
    assert mapped({"openinference.span.kind": "EMBEDDING", "embedding.model_name": "e"}).model == "e"
    assert mapped({"openinference.span.kind": "RERANKER", "reranker.model_name": "r"}).model == "r"


def test_the_old_name_of_cached_input(mapped: Mapped) -> None:
    assert mapped({"llm.token_count.prompt": 9, "llm.token_count.prompt_details.cache_input": 4}).cache_read_tokens == 4


def test_a_handoff_is_an_edge_of_the_agents_graph(mapped: Mapped) -> None:
    facts = mapped(
        {
            "openinference.span.kind": "AGENT",
            "agent.name": "Weather",
            "graph.node.id": "weather_agent",
            "graph.node.parent_id": "triage_agent",
        }
    )
    assert (facts.node_id, facts.waits_for, facts.own_name) == ("weather_agent", ("triage_agent",), "Weather")


def test_a_tool_has_its_own_name(mapped: Mapped) -> None:
    facts = mapped({"openinference.span.kind": "TOOL", "tool.name": "weather"}, name="weather.run")
    assert (facts.node_id, facts.node_title) == ("weather", "weather.run")


def test_whose_run_it_was_may_stand_in_the_metadata(mapped: Mapped) -> None:
    facts = mapped({"openinference.span.kind": "CHAIN", "metadata": '{"user_id": "u-1", "thread_id": "t-1", "n": 3}'})
    assert facts.session is not None
    assert facts.user is not None
    assert (facts.session[1], facts.user[1]) == ("t-1", "u-1")


def test_metadata_that_is_no_object_is_ignored(mapped: Mapped) -> None:
    for broken in ("[1]", "{", "", 7, None, '"x"'):
        assert mapped({"openinference.span.kind": "CHAIN", "metadata": broken}).session is None


def test_metadata_may_be_an_object_or_quoted_twice(mapped: Mapped) -> None:
    assert (
        mapped({"metadata": {"session_id": "s"}}).session
        == mapped({"metadata": '"{\\"session_id\\": \\"s\\"}"'}).session
    )
    assert mapped({"metadata": {"session_id": "s"}}).session is not None


@pytest.mark.parametrize(
    ("name", "is_step"), [("ReportFlow.plan", True), ("ReportFlow.run", False), ("Engine._query", False), ("x", False)]
)
def test_llama_index_steps(mapped: Mapped, name: str, is_step: bool) -> None:  # noqa: FBT001 - parametrized
    facts = mapped({"openinference.span.kind": "CHAIN"}, name=name, scope="openinference.instrumentation.llama_index")
    assert (facts.is_step, facts.node_type) == (is_step, "node" if is_step else "chain")


def test_only_llama_index_sends_such_steps(mapped: Mapped) -> None:
    assert not mapped(
        {"openinference.span.kind": "CHAIN"}, name="A.b", scope="openinference.instrumentation.dspy"
    ).is_step


def test_the_project_is_the_application(mapped: Mapped) -> None:
    facts = mapped({}, resource={"openinference.project.name": "trip", "service.name": "svc"})
    assert facts.app is not None
    assert (facts.app[1], facts.service) == ("trip", "svc")
    assert mapped({}, resource={"model_id": "m"}).app is not None
