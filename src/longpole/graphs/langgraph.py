"""A LangGraph graph as `graph.get_graph().to_json()` gives it.

The marks of beginning and end are no steps. Every step is given the whole
state, and code that nobody can read here decides what of it is used: so what
each step reads is not known, nor what it does.

Upstream: `reading`. Downstream: `building`.
Source: langchain-core 1.0, langchain_core/runnables/graph.py and graph_mermaid.py; langgraph 1.2.22.
"""

from collections.abc import Mapping
from typing import Any

from longpole.domain.graphs import Engine, GraphEdge, GraphNode, WorkflowGraph
from longpole.graphs.building import MAX_EDGES, MAX_STEPS, built, is_mark, without
from longpole.graphs.documents import FaultyGraphError, Path, identifier, mapping, sequence

_TYPE = "node"


def is_langgraph(document: Mapping[str, Any]) -> bool:
    """It looks like a drawable graph of LangChain's."""
    nodes = document.get("nodes")
    if not isinstance(document.get("edges"), list) or not isinstance(nodes, list):
        return False
    return all(isinstance(node, dict) and "id" in node and "position" not in node for node in nodes)


def read_langgraph(document: Mapping[str, Any]) -> WorkflowGraph:
    """The graph of it.

    Raises:
        FaultyGraphError: Names the place.
    """
    nodes: dict[str, GraphNode] = {}
    for number, value in enumerate(sequence(document.get("nodes"), ("nodes",), MAX_STEPS)):
        node = _node(mapping(value, ("nodes", number)), ("nodes", number))
        if node.node_id in nodes:
            raise FaultyGraphError(("nodes", number, "id"), "names two nodes", node.node_id)
        nodes[node.node_id] = node
    edges = [
        _edge(mapping(edge, ("edges", number)), ("edges", number))
        for number, edge in enumerate(sequence(document.get("edges"), ("edges",), MAX_EDGES))
    ]
    marks = [node_id for node_id in nodes if is_mark(node_id)]
    steps = [node for node in nodes.values() if node.node_id not in marks]
    if not steps:
        raise FaultyGraphError(("nodes",), "has no step in it")
    drawn = without(marks, edges)
    if drawn is None:
        raise FaultyGraphError(("edges",), "are too many around the marks of beginning and end")
    return built(Engine.LANGGRAPH, steps, drawn)


def _node(node: Mapping[str, Any], path: Path) -> GraphNode:
    node_id = identifier(node.get("id"), (*path, "id"))
    config = {key: node[key] for key in ("type", "data", "metadata") if node.get(key) is not None}
    return GraphNode(node_id, _TYPE, node_id.rpartition(":")[2] or node_id, has_dynamic_reads=True, config=config)


def _edge(edge: Mapping[str, Any], path: Path) -> GraphEdge:
    source = identifier(edge.get("source"), (*path, "source"))
    target = identifier(edge.get("target"), (*path, "target"))
    if not edge.get("conditional"):
        return GraphEdge(source, target)
    label = edge.get("data")
    return GraphEdge(source, target, label.strip() if isinstance(label, str) and label.strip() else target)
