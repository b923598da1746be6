"""OpenLLMetry: Traceloop's decorators and its LangGraph instrumentation."""

from collections.abc import Callable

import pytest

from longpole.assembly.facts import SpanFacts

Mapped = Callable[..., SpanFacts]


@pytest.mark.parametrize(
    ("kind", "node_type"), [("workflow", "workflow"), ("agent", "agent"), ("task", "node"), ("tool", "tool")]
)
def test_the_decorator_makes_the_type(mapped: Mapped, kind: str, node_type: str) -> None:
    facts = mapped(
        {"traceloop.span.kind": kind, "traceloop.entity.name": "x"}, name=f"x.{kind}", scope="traceloop.tracer"
    )
    assert (facts.node_type, facts.node_id, facts.is_ai, facts.is_step) == (node_type, "x", True, kind == "task")


def test_an_entity_is_named_with_its_path(mapped: Mapped) -> None:
    inner = {"traceloop.span.kind": "tool", "traceloop.entity.path": "critic.review", "traceloop.entity.name": "score"}
    assert mapped(inner).node_id == "critic.review.score"
    assert mapped(inner | {"traceloop.entity.path": ""}).node_id == "score"


def test_a_call_inside_an_entity_is_not_the_entity(mapped: Mapped) -> None:
    facts = mapped(
        {"gen_ai.operation.name": "chat", "traceloop.entity.path": "create_joke"}, name="openai.chat", kind=3
    )
    assert facts.node_id == "openai.chat"


def test_a8_the_workflow_name_on_a_child_names_the_workflow_only(mapped: Mapped) -> None:
    facts = mapped({"gen_ai.operation.name": "chat", "traceloop.workflow.name": "joke"}, name="openai.chat")
    assert facts.workflow is not None
    assert (facts.workflow[1], facts.node_id, facts.node_type) == ("joke", "openai.chat", "llm")


def test_association_properties(mapped: Mapped) -> None:
    facts = mapped(
        {
            "traceloop.span.kind": "workflow",
            "traceloop.association.properties.session_id": "s",
            "traceloop.association.properties.thread_id": "t",
            "traceloop.association.properties.user_id": "u",
        }
    )
    assert facts.session is not None
    assert facts.user is not None
    assert (facts.session[1], facts.user[1]) == ("s", "u")


def test_a_graph_inside_its_agent(mapped: Mapped) -> None:
    """The outer of the two wrappers has no kind; the inner one is the workflow, though it says invoke_agent too."""
    outer = mapped(
        {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "mini"},
        name="invoke_agent mini",
        parent_span_id=None,
    )
    inner = mapped(
        {"gen_ai.operation.name": "invoke_agent", "traceloop.span.kind": "workflow", "traceloop.entity.name": "mini"},
        name="mini.workflow",
    )
    assert (outer.node_type, outer.own_name) == ("agent", "mini")
    assert (inner.node_type, inner.own_name) == ("workflow", "mini")


def test_a_workflows_own_name_is_without_the_suffix(mapped: Mapped) -> None:
    assert mapped({"traceloop.span.kind": "workflow"}, name="joke.workflow").own_name == "joke"
    assert mapped({}, name=".workflow").own_name == ".workflow"


@pytest.mark.parametrize("sent", [["first -> second", "a -> b -> c"], '["first -> second", "a -> b -> c"]'])
def test_arrows_are_the_whole_graph(mapped: Mapped, sent: object) -> None:
    facts = mapped({"gen_ai.workflow.edges": sent}, name="invoke_agent mini")
    assert facts.declared_edges == (("a", "b -> c", ""), ("first", "second", ""))


@pytest.mark.parametrize(
    "sent", ["first -> second", ["first"], ["a -> b", 7], [" -> b"], ["  -> b"], [], {}, None, ["a -> b"] * 2001]
)
def test_what_cannot_be_read_whole_is_no_graph(mapped: Mapped, sent: object) -> None:
    assert mapped({"gen_ai.workflow.edges": sent}).declared_edges == ()
