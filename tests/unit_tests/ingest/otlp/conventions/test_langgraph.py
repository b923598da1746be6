"""LangGraph's steps, by every instrumentation that carries them."""

import json
from collections.abc import Callable

import pytest

from longpole.assembly.facts import Role, SpanFacts

Mapped = Callable[..., SpanFacts]

CARRIED = {
    "langgraph_node": "book",
    "langgraph_checkpoint_ns": "book:c29a",
    "langgraph_triggers": ["branch:to:book", "join:a+b:book"],
}


@pytest.mark.parametrize(
    "sent",
    [
        {"metadata": json.dumps(CARRIED)},
        {"metadata": CARRIED},
        {f"traceloop.association.properties.{key}": value for key, value in CARRIED.items()},
        {f"langsmith.metadata.{key}": value for key, value in CARRIED.items()},
        {
            "langfuse.observation.metadata.langgraph_node": '"book"',
            "langfuse.observation.metadata.langgraph_checkpoint_ns": '"book:c29a"',
            "langfuse.observation.metadata.langgraph_triggers": '["branch:to:book","join:a+b:book"]',
        },
    ],
)
def test_the_step_of_a_span(mapped: Mapped, sent: dict[str, object]) -> None:
    facts = mapped(sent)
    assert (facts.step_name, facts.step_key, facts.waits_for) == ("book", "book:c29a", ("a", "b"))
    assert facts.role is Role.NODE


@pytest.mark.parametrize(
    ("triggers", "waits_for"),
    [
        (["branch:to:plan"], ()),
        (["join:left+right:end"], ("left", "right")),
        (["start:plan"], ()),
        (["__start__"], ()),
        (["plan"], ("plan",)),
        (["branch:plan:route:book"], ("plan",)),
        (["plan", "join:plan+x:book"], ("plan", "x")),
        (["__pregel_tasks"], ()),
        ([], ()),
        ("plan", ("plan",)),
        (["join:", "", "a:b:c:d:e"], ()),
        ([7, None, {}], ()),
        (
            ["join:" + "+".join("n" * 30 + str(k) for k in range(90)) + ":end"],
            tuple("n" * 30 + str(k) for k in range(90)),
        ),
    ],
)
def test_triggers_that_name_their_source(mapped: Mapped, triggers: object, waits_for: tuple[str, ...]) -> None:
    assert mapped({"langsmith.metadata.langgraph_triggers": triggers}).waits_for == waits_for
