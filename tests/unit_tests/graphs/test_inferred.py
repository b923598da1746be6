"""Graphs that are guessed from runs."""

from dataclasses import dataclass
from typing import Any

from longpole.domain.graphs import Engine, GraphEdge, GraphSource
from longpole.domain.runs import NodeExecution
from longpole.graphs.inferred import inferred_graph


def node(node_id: str, inside: str | None = None, **more: Any) -> NodeExecution:
    return NodeExecution("r", f"e-{node_id}", node_id, "tool", node_id.title(), parent_node_execution_id=inside, **more)


@dataclass(frozen=True)
class Done:
    nodes: tuple[NodeExecution, ...]
    workflow_name: str | None = "Flow"


def record(*nodes: NodeExecution) -> Done:
    return Done(nodes)


def test_steps_of_all_runs_and_what_they_say_they_waited_for() -> None:
    runs = [record(node("a"), node("b", waits_for=("a", "gone", "b"))), record(node("c"))]
    graph = inferred_graph(runs, [("a", "c"), ("a", "a")], Engine.LANGGRAPH)

    assert graph is not None
    assert (graph.engine, graph.source, graph.name) == (Engine.LANGGRAPH, GraphSource.INFERRED, "Flow")
    assert [(step.node_id, step.node_type, step.node_title) for step in graph.nodes] == [
        ("a", "tool", "A"),
        ("b", "tool", "B"),
        ("c", "tool", "C"),
    ]
    assert graph.edges == (GraphEdge("a", "b"), GraphEdge("a", "c"))
    assert graph.warnings == ("Guessed from the order in which 2 runs did their steps: there may be too many edges.",)


def test_a_step_is_inside_of_what_it_always_was_inside_of() -> None:
    graph = inferred_graph([record(node("a"), node("b"), node("in", "e-a"), node("both", "e-a"))], [])
    assert graph is not None
    assert {step.node_id: step.container_id for step in graph.nodes} == {"a": None, "b": None, "both": "a", "in": "a"}

    moved = inferred_graph([record(node("a"), node("both", "e-a")), record(node("b"), node("both", "e-b"))], [])
    assert moved is not None
    assert [step.node_id for step in moved.nodes] == ["a", "b"]
    free = inferred_graph([record(node("a"), node("both", "e-a")), record(node("both"))], [("a", "both")])
    assert free is not None
    assert {step.node_id: step.container_id for step in free.nodes} == {"a": None, "both": None}


def test_nothing_to_guess_from() -> None:
    assert inferred_graph([], []) is None
    assert inferred_graph([record()], []) is None
