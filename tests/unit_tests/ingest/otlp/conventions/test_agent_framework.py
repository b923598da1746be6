"""Microsoft's Agent Framework."""

from collections.abc import Callable

import pytest

from longpole.assembly.facts import Role, SpanFacts

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
