"""Our own attributes win over everything else."""

from collections.abc import Callable

import pytest

from longpole.assembly.facts import Role, SpanFacts

Mapped = Callable[..., SpanFacts]


def test_they_win(mapped: Mapped) -> None:
    facts = mapped(
        {
            "longpole.app_id": "shop",
            "longpole.workflow_id": "checkout",
            "longpole.workflow_version": "7",
            "longpole.node_id": "pay",
            "longpole.waits_for": ["cart", "stock"],
            "longpole.ready_unix_nano": "1800000000000000000",
            "longpole.slot": "gpu-0",
            "longpole.iteration": 3,
            "longpole.attempt": 2,
            "longpole.is_cached": True,
            "longpole.memory_peak_bytes": 1024,
            "longpole.cpu_seconds": 0.5,
            "longpole.metric.rows": 12,
            "longpole.metric.score": "0.75",
            "longpole.metric.bad": "much",
            "openinference.span.kind": "TOOL",
            "tool.name": "payment",
            "graph.node.id": "g",
            "graph.node.parent_id": "x",
            "gen_ai.workflow.name": "other",
            "cache_hit": False,
        },
        project="header",
        resource={"openinference.project.name": "resource", "service.version": "1.0"},
    )
    assert facts.app == (0, "shop")
    assert facts.workflow == (0, "checkout")
    assert facts.workflow_version == (0, "7")
    assert (facts.node_id, facts.waits_for, facts.ready_ns) == ("pay", ("cart", "stock"), 1_800_000_000_000_000_000)
    assert (facts.slot, facts.iteration_index, facts.attempt_number, facts.is_cached) == ("gpu-0", 3, 2, True)
    assert (facts.memory_peak_bytes, facts.cpu_ns) == (1024, 500_000_000)
    assert facts.metrics == {"rows": 12.0, "score": 0.75}
    assert (facts.node_type, facts.is_step) == ("tool", True)


def test_a_span_that_names_a_node_is_a_step_of_a_workflow(mapped: Mapped) -> None:
    facts = mapped({"longpole.node_id": "pay"}, kind=3)
    assert (facts.is_ai, facts.is_step, facts.node_type, facts.role) == (True, True, "node", Role.NODE)


def test_an_empty_node_id_names_nothing(mapped: Mapped) -> None:
    facts = mapped({"longpole.node_id": "", "longpole.slot": "a"}, name="step")
    assert (facts.is_ai, facts.is_step, facts.node_id) == (True, False, "step")


@pytest.mark.parametrize("place", ["attributes", "resource"])
def test_application_and_workflow_may_stand_in_the_resource(mapped: Mapped, place: str) -> None:
    sent = {"longpole.app_id": "shop", "longpole.workflow_id": "checkout"}
    facts = mapped(
        sent if place == "attributes" else {}, resource=sent if place == "resource" else {}, project="header"
    )
    assert facts.app is not None
    assert facts.workflow is not None
    assert (facts.app[1], facts.workflow[1]) == ("shop", "checkout")
    assert facts.is_ai == (place == "attributes")
