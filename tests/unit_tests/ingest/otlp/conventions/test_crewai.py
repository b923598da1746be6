"""CrewAI, through OpenInference."""

from collections.abc import Callable

import pytest

from longpole.assembly.facts import Role, SpanFacts

Mapped = Callable[..., SpanFacts]

SCOPE = "openinference.instrumentation.crewai"


def test_a_kickoff_is_the_run_of_a_crew(mapped: Mapped) -> None:
    facts = mapped(
        {"openinference.span.kind": "CHAIN", "crew_key": "df62", "crew_id": "ba23"},
        name="trip_crew.kickoff",
        parent=None,
        scope=SCOPE,
    )
    assert facts.workflow is not None
    assert facts.workflow_name is not None
    assert (facts.workflow[1], facts.workflow_name[1], facts.own_name) == ("df62", "trip_crew", "trip_crew")


@pytest.mark.parametrize(("more", "node_id"), [({"graph.node.id": "Researcher"}, "Researcher"), ({}, "research")])
def test_a_task_is_a_step(mapped: Mapped, more: dict[str, str], node_id: str) -> None:
    facts = mapped(
        {"openinference.span.kind": "AGENT", "task_key": "76e6", "task_name": "research", "crew_key": "df62"} | more,
        name="Researcher.research._execute_core",
        scope=SCOPE,
    )
    assert (facts.is_step, facts.node_type, facts.node_id) == (True, "agent", node_id)
    assert facts.workflow is not None
    assert (facts.workflow[1], facts.workflow_name, facts.role) == ("df62", None, Role.NODE)
