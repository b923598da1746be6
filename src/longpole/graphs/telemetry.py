"""A graph that came with spans: edges between names, and no more.

What a step is or reads is not sent, so nothing is known of it.

Upstream: `services.declared_graphs`. Downstream: `building`.
Source: OpenLLMetry's `gen_ai.workflow.edges`; Microsoft Agent Framework's `workflow.definition`.
"""

from collections.abc import Collection

from longpole.domain.graphs import Engine, GraphEdge, GraphNode, GraphSource, WorkflowGraph
from longpole.graphs.building import MAX_STEPS, built, is_mark, without

_TYPE = "node"
_OF_LANGGRAPH = ("langchain", "langgraph")


def sent_graph(
    edges: Collection[tuple[str, str, str]], scope: str | None = None, version: str | None = None
) -> WorkflowGraph | None:
    """The graph of these edges (source, target, condition); None where there is no step among them, or far too many.

    `scope` is the instrumentation that sent them: that of LangChain sends LangGraph's.
    """
    names = {name for source, target, _ in edges for name in (source, target)}
    marks = sorted(filter(is_mark, names))
    steps = sorted(names.difference(marks))
    if not steps:
        return None
    engine = Engine.LANGGRAPH if any(name in (scope or "").lower() for name in _OF_LANGGRAPH) else Engine.GENERIC
    drawn = without(marks, [GraphEdge(source, target, condition or None) for source, target, condition in edges])
    if drawn is None or len(steps) > MAX_STEPS:
        return None
    nodes = [GraphNode(name, _TYPE, name, has_dynamic_reads=True) for name in steps]
    return built(engine, nodes, drawn, source=GraphSource.TELEMETRY, version=version)
