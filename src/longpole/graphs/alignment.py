"""A graph whose steps are called as runs call them.

Some telemetry knows a step's title only, where the engine's file has an id as
well: findings about runs and steps of the graph meet if both have one name.

    file   code1 "Split"      runs   Split "Split"      ─►  the graph's step is called Split

Invariant: only names change, one for one; a step that runs know by its id, or
whose title several bear, keeps its id.

Upstream: `services.graphs`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from longpole.domain.graphs import GraphNode, WorkflowGraph

Seen = tuple[str, str]
"""Id and title of a node in runs."""


def aligned(graph: WorkflowGraph, seen: Iterable[Seen]) -> WorkflowGraph:
    """`graph` with the ids that runs use."""
    names = _new_names(graph, tuple(seen))
    if not names:
        return graph
    edges = (
        replace(edge, source=names.get(edge.source, edge.source), target=names.get(edge.target, edge.target))
        for edge in graph.edges
    )
    nodes = tuple(_renamed(node, names) for node in graph.nodes)
    return replace(graph, nodes=nodes, edges=tuple(edges))


def _new_names(graph: WorkflowGraph, seen: tuple[Seen, ...]) -> dict[str, str]:
    known = {node_id for node_id, _ in seen}
    ids = {node.node_id for node in graph.nodes}
    titles = Counter(node.node_title for node in graph.nodes)
    by_title: dict[str, set[str]] = {}
    for node_id, title in seen:
        if node_id not in ids:
            by_title.setdefault(title, set()).add(node_id)
    found = {
        node.node_id: next(iter(by_title[node.node_title]))
        for node in graph.nodes
        if node.node_id not in known and titles[node.node_title] == 1 and len(by_title.get(node.node_title, ())) == 1
    }
    taken = Counter(found.values())
    return {node_id: name for node_id, name in found.items() if taken[name] == 1}


def _renamed(node: GraphNode, names: Mapping[str, str]) -> GraphNode:
    container = node.container_id
    return replace(
        node,
        node_id=names.get(node.node_id, node.node_id),
        container_id=None if container is None else names.get(container, container),
        reads=tuple(sorted(names.get(read, read) for read in node.reads)),
    )
