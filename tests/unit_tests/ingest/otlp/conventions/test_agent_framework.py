"""Microsoft's Agent Framework."""

import json
from collections.abc import Callable

import pytest

from longpole.assembly.facts import Role, SpanFacts
from longpole.ingest.otlp.span import Link

Mapped = Callable[..., SpanFacts]

SCOPE = "agent_framework"
UUID = "a9858931-ac85-476d-a089-7c44c713deb7"


def test_a_run_is_identified_by_its_name_and_never_by_its_id(mapped: Mapped) -> None:
    facts = mapped({"workflow.id": UUID, "workflow.name": "text_flow"}, name="workflow.run", parent=None, scope=SCOPE)
    assert facts.workflow is not None
    assert facts.workflow_name is not None
    assert (facts.node_type, facts.is_ai, facts.workflow[1], facts.workflow_name[1]) == (
        "workflow",
        True,
        "text_flow",
        "text_flow",
    )
    unnamed = mapped({"workflow.id": UUID}, name="workflow.run", parent=None, scope=SCOPE)
    assert UUID not in repr(unnamed)
    assert unnamed.own_name == "workflow.run"


def test_an_executor_is_a_step(mapped: Mapped) -> None:
    facts = mapped({"executor.id": "upper", "executor.type": "Up"}, name="executor.process upper", scope=SCOPE)
    assert (facts.node_type, facts.raw_type, facts.node_id) == ("node", "Up", "upper")
    assert (facts.is_step, facts.is_ai, facts.node_title) == (True, True, "executor.process upper")


@pytest.mark.parametrize(
    ("name", "kind"), [("edge_group.process SingleEdgeGroup", 1), ("message.send", 4), ("workflow.build", 1)]
)
def test_edges_messages_and_building_are_no_nodes(mapped: Mapped, name: str, kind: int) -> None:
    facts = mapped({"message.source_id": "upper", "workflow.definition": "{}"}, name=name, kind=kind, scope=SCOPE)
    assert (facts.role, facts.is_ai, facts.input_bytes) == (Role.HIDDEN, False, None)


def test_its_agents_speak_opentelemetry(mapped: Mapped) -> None:
    facts = mapped(
        {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": "writer",
            "gen_ai.provider.name": "microsoft.agent_framework",
        },
        name="invoke_agent writer",
        scope=SCOPE,
    )
    assert (facts.node_type, facts.node_id, facts.provider) == ("agent", "writer", None)


def test_the_names_of_others_are_not_its_own(mapped: Mapped) -> None:
    assert mapped({}, name="message.send", kind=4, scope="kafka").role is Role.BRIDGE
    assert not mapped({}, name="workflow.run", scope="app").is_ai


def test_building_says_the_whole_graph_and_whose_it_is(mapped: Mapped) -> None:
    groups = [
        {"type": "InternalEdgeGroup", "edges": [{"source_id": "internal:upper", "target_id": "upper"}]},
        {"type": "SingleEdgeGroup", "edges": [{"source_id": "upper", "target_id": "rev"}]},
        {
            "type": "SwitchCaseEdgeGroup",
            "edges": [{"source_id": "rev", "target_id": "tell", "condition_name": "is_long"}],
        },
    ]
    sent = {"workflow_builder.name": "text_flow", "workflow.definition": json.dumps({"edge_groups": groups})}
    facts = mapped(sent, name="workflow.build", parent=None, scope=SCOPE)

    assert facts.declared_edges == (("rev", "tell", "is_long"), ("upper", "rev", ""))
    assert facts.workflow is not None
    assert facts.workflow[1] == "text_flow"


@pytest.mark.parametrize(
    "definition",
    [
        "{}",
        "no JSON",
        '{"edge_groups": 7}',
        '{"edge_groups": [{"edges": [{"source_id": "a", "target_id": "b"}, 7]}]}',
        '{"edge_groups": [{"edges": [{"source_id": "a", "target_id": "b"}, {"source_id": "a"}]}]}',
        '{"edge_groups": [{"edges": [{"source_id": "a", "target_id": "b"}]}, 7]}',
    ],
)
def test_a_part_of_a_graph_is_none(mapped: Mapped, definition: str) -> None:
    assert mapped({"workflow.definition": definition}, name="workflow.build", scope=SCOPE).declared_edges == ()


def test_an_executor_follows_the_messages_that_it_was_given(mapped: Mapped) -> None:
    here, elsewhere = bytes(range(16)), bytes(range(1, 17))
    links = (Link(here, b"message1", {}), Link(elsewhere, b"message2", {}), Link(here, b"message1", {}))

    assert mapped({"executor.id": "rev"}, name="executor.process rev", scope=SCOPE, links=links).follows == (
        b"message1",
    )
    assert mapped({}, name="edge_group.process X", scope=SCOPE, links=links).follows == ()
    assert mapped({}, name="executor.process rev", scope="other", links=links).follows == ()
