"""MLflow: JSON in every string."""

from collections.abc import Callable

import pytest

from longpole.assembly.facts import SpanFacts

Mapped = Callable[..., SpanFacts]


@pytest.mark.parametrize(
    ("kind", "node_type"),
    [
        ("CHAT_MODEL", "llm"),
        ("LLM", "llm"),
        ("EMBEDDING", "embedding"),
        ("TOOL", "tool"),
        ("AGENT", "agent"),
        ("CHAIN", "chain"),
        ("RETRIEVER", "retriever"),
        ("RERANKER", "reranker"),
        ("PARSER", "parser"),
        ("UNKNOWN", "span"),
    ],
)
def test_the_span_type_in_quotes(mapped: Mapped, kind: str, node_type: str) -> None:
    facts = mapped({"mlflow.spanType": f'"{kind}"'})
    assert (facts.node_type, facts.raw_type, facts.is_ai) == (node_type, kind, True)
    assert mapped({"mlflow.spanType": kind}).node_type == node_type
    assert mapped({"mlflow.spanType": f'"\\"{kind}\\""'}).node_type == node_type


def test_a_call(mapped: Mapped) -> None:
    facts = mapped(
        {
            "mlflow.spanType": '"CHAT_MODEL"',
            "mlflow.llm.model": '"gpt-4o-2026"',
            "model": '"gpt-4o"',
            "mlflow.llm.provider": '"openai"',
            "mlflow.chat.tokenUsage": '{"input_tokens": 10, "output_tokens": 4, "cache_read_input_tokens": 3}',
            "mlflow.llm.cost": '{"input_cost": 0.001, "output_cost": 0.002, "total_cost": 0.003}',
        }
    )
    assert (facts.model, facts.requested_model, facts.provider) == ("gpt-4o-2026", "gpt-4o", "openai")
    assert (facts.input_tokens, facts.output_tokens, facts.cache_read_tokens) == (10, 4, 3)
    assert facts.cost_pico_usd == 3_000_000_000


def test_a_cost_without_a_total(mapped: Mapped) -> None:
    assert mapped({"mlflow.llm.cost": '{"input_cost": 0.001, "output_cost": 0.002}'}).cost_pico_usd == 3_000_000_000


def test_a_model_attribute_elsewhere_is_not_mlflows(mapped: Mapped) -> None:
    assert mapped({"model": "T", "openinference.span.kind": "CHAIN"}).requested_model is None


def test_tags_session_and_user(mapped: Mapped) -> None:
    facts = mapped(
        {
            "mlflow.spanType": '"CHAIN"',
            "mlflow.traceTag.env": "prod",
            "mlflow.traceTag.mlflow.source.name": "/app/run.py",
            "mlflow.trace.session": '"s-1"',
            "mlflow.trace.user": '"u-1"',
        }
    )
    assert facts.session is not None
    assert facts.user is not None
    assert (facts.tags, facts.session[1], facts.user[1]) == (("env=prod",), "s-1", "u-1")


def test_the_experiment_of_the_request_is_the_application(mapped: Mapped) -> None:
    facts = mapped({"mlflow.spanType": '"CHAIN"'}, project="17")
    assert facts.app is not None
    assert facts.app[1] == "17"
