"""LangGraph's own JSON of a compiled graph."""

import json
from itertools import pairwise
from typing import Any, TypedDict

from langgraph.graph import END, START, StateGraph

from longpole.domain.graphs import Engine, GraphEdge, Purity
from longpole.graphs.reading import read_graph


class State(TypedDict):
    x: int


def built() -> dict[str, Any]:
    """A real graph: a branch with labels, its join, and a way back."""
    graph = StateGraph(State)
    for name in ("plan", "fly", "ride", "book"):
        graph.add_node(name, lambda state: state)
    graph.add_edge(START, "plan")
    graph.add_conditional_edges("plan", lambda _: "far", {"far": "fly", "near": "ride"})
    graph.add_edge("fly", "book")
    graph.add_edge("ride", "book")
    graph.add_conditional_edges("book", lambda _: END, ["plan", END])
    found: dict[str, Any] = graph.compile().get_graph().to_json()
    return found


def test_a_real_graph() -> None:
    graph = read_graph(json.dumps(built()))

    assert graph.engine is Engine.LANGGRAPH
    assert [(node.node_id, node.node_type, node.node_title) for node in graph.nodes] == [
        ("book", "node", "book"),
        ("fly", "node", "fly"),
        ("plan", "node", "plan"),
        ("ride", "node", "ride"),
    ]
    assert graph.edges == (
        GraphEdge("book", "plan", "plan"),
        GraphEdge("fly", "book"),
        GraphEdge("plan", "fly", "far"),
        GraphEdge("plan", "ride", "near"),
        GraphEdge("ride", "book"),
    )


def test_what_steps_read_and_do_is_not_known() -> None:
    for node in read_graph(json.dumps(built())).nodes:
        assert (node.reads, node.has_dynamic_reads, node.purity) == ((), True, Purity.UNKNOWN)


def test_marks_within_are_gone_through() -> None:
    """A subgraph that is drawn in place has a beginning and an end of its own."""
    ids = ["__start__", "ask", "find:__start__", "find:look", "find:__end__", "tell", "__end__"]
    edges = [{"source": source, "target": target} for source, target in pairwise(ids)]
    edges[1]["conditional"] = True  # type: ignore[assignment]  # JSON has values of several types
    graph = read_graph(json.dumps({"nodes": [{"id": one} for one in ids], "edges": edges}))

    assert [node.node_title for node in graph.nodes] == ["ask", "look", "tell"]
    assert graph.edges == (GraphEdge("ask", "find:look", "find:__start__"), GraphEdge("find:look", "tell"))
