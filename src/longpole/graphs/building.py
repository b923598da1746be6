"""A graph put together from what an engine's file says: only what leads somewhere, in one order.

A file may name steps that are not there any more: edges that dangle are
dropped, and it is said. Two files that tell the same in another order give the
same graph.

Invariant: edges, reads and containers name steps of the graph; containers are
inside of each other without a circle; no step reads itself.

Upstream: `dify`, `langgraph`, `n8n`, `telemetry`, `inferred`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from longpole.domain.graphs import Engine, GraphEdge, GraphNode, GraphSource, WorkflowGraph

MAX_STEPS, MAX_EDGES = 2_000, 10_000
"""The largest of 81 public Dify files has 71 steps; what looks for detours in a graph takes time by their square."""

MAX_DEPTH = 16
"""Containers inside of containers; engines allow two or three."""

_MAX_WARNINGS = 50
_MARKS = frozenset({"__start__", "__end__"})


def built(
    engine: Engine,
    nodes: Sequence[GraphNode],
    edges: Iterable[GraphEdge],
    *,
    source: GraphSource = GraphSource.IMPORTED,
    name: str | None = None,
    version: str | None = None,
    warnings: Iterable[str] = (),
) -> WorkflowGraph:
    """The graph of these steps and edges; what cannot stand is left out with a warning."""
    noticed = list(warnings)
    ids = frozenset(node.node_id for node in nodes)
    kept = {edge for edge in edges if _leads_somewhere(edge, ids, noticed)}
    containers = _containers(nodes, ids, noticed)
    return WorkflowGraph(
        engine,
        source,
        tuple(sorted((_cleaned(node, ids, containers) for node in nodes), key=lambda node: node.node_id)),
        tuple(sorted(kept, key=lambda edge: (edge.source, edge.target, edge.branch or ""))),
        name,
        version,
        _few(noticed),
    )


def without(marks: Iterable[str], edges: Iterable[GraphEdge]) -> list[GraphEdge] | None:
    """The edges with these ends taken out: what led there leads to what follows. None where they would be too many."""
    left = set(edges)
    for mark in marks:
        before = {edge for edge in left if edge.target == mark and edge.source != mark}
        after = {edge for edge in left if edge.source == mark and edge.target != mark}
        if len(before) * len(after) > MAX_EDGES:
            return None
        left -= {edge for edge in left if mark in {edge.source, edge.target}}
        left |= {GraphEdge(one.source, two.target, one.branch or two.branch) for one in before for two in after}
        if len(left) > MAX_EDGES:
            return None
    return list(left)


def is_mark(node_id: str) -> bool:
    """It marks the beginning or end of a graph of LangGraph's, also of one inside of another: `research:__start__`."""
    return node_id.rpartition(":")[2] in _MARKS


def _leads_somewhere(edge: GraphEdge, ids: frozenset[str], noticed: list[str]) -> bool:
    missing = [end for end in (edge.source, edge.target) if end not in ids]
    if missing:
        noticed.append(f"The edge {edge.source} → {edge.target} was left out: there is no step {missing[0]}.")
    return not missing


def _containers(nodes: Sequence[GraphNode], ids: frozenset[str], noticed: list[str]) -> dict[str, str | None]:
    """The container of each step, without those that are missing or inside of themselves."""
    around = {node.node_id: node.container_id for node in nodes}
    for node_id, container in around.items():
        if container is not None and container not in ids:
            noticed.append(f"The step {node_id} is inside of {container}, which is not there: it was taken out.")
            around[node_id] = None
    for node_id in sorted(around):
        seen, at = {node_id}, around[node_id]
        while at is not None and at not in seen and len(seen) <= MAX_DEPTH:
            seen.add(at)
            at = around[at]
        if at is not None:
            why = "itself" if at in seen else f"more than {MAX_DEPTH} others"
            noticed.append(f"The step {node_id} is inside of {why}: it was taken out.")
            around[node_id] = None
    return around


def _cleaned(node: GraphNode, ids: frozenset[str], containers: dict[str, str | None]) -> GraphNode:
    return replace(
        node,
        container_id=containers[node.node_id],
        reads=tuple(sorted(ids.intersection(node.reads) - {node.node_id})),
        writes=tuple(sorted(set(node.writes))),
        shared_reads=tuple(sorted(set(node.shared_reads))),
    )


def _few(noticed: Iterable[str]) -> tuple[str, ...]:
    different = sorted(set(noticed))
    left = len(different) - _MAX_WARNINGS
    return (*different[:_MAX_WARNINGS], *([f"{left:,} more of the kind."] if left > 0 else []))
