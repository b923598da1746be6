"""Graphs that come with spans."""

from longpole.domain.graphs import Engine, GraphEdge, GraphSource
from longpole.graphs.telemetry import sent_graph


def test_edges_between_names_are_a_graph() -> None:
    graph = sent_graph([("b", "c", "is_long"), ("a", "b", "")], "agent_framework", "7")

    assert graph is not None
    assert (graph.engine, graph.source, graph.version) == (Engine.GENERIC, GraphSource.TELEMETRY, "7")
    assert [(node.node_id, node.has_dynamic_reads) for node in graph.nodes] == [("a", True), ("b", True), ("c", True)]
    assert graph.edges == (GraphEdge("a", "b"), GraphEdge("b", "c", "is_long"))


def test_the_order_in_which_they_were_sent_says_nothing() -> None:
    edges = [("a", "b", ""), ("b", "c", ""), ("a", "c", "")]

    assert sent_graph(edges) == sent_graph(edges[::-1])


def test_what_langchain_sends_is_of_langgraph_and_marks_are_no_steps() -> None:
    edges = [("__start__", "a", ""), ("a", "b", ""), ("b", "__end__", "")]
    graph = sent_graph(edges, "opentelemetry.instrumentation.langchain")

    assert graph is not None
    assert graph.engine is Engine.LANGGRAPH
    assert ([node.node_id for node in graph.nodes], graph.edges) == (["a", "b"], (GraphEdge("a", "b"),))


def test_marks_alone_are_no_graph() -> None:
    assert sent_graph([("__start__", "__end__", "")]) is None
    assert sent_graph([]) is None
