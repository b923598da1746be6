"""Edges of a Dify file taken out and put in: each new one is a copy of one that was there, with other ends.

Upstream: `graphs.optimise.optimise`. Downstream: `graphs.optimise.text`. Source: edges as Dify 0.3 to 1.14 writes them.
"""

import re
from collections.abc import Mapping, Sequence

from ruamel.yaml.nodes import Node

from longpole.domain.graphs import GraphEdge
from longpole.graphs.optimise.text import YamlText, child, plain

_USUAL_HANDLES = frozenset({None, "", "source"})


def ends_of(edge: Node) -> GraphEdge:
    """The edge that an item of the list is."""
    handle = plain(child(edge, "sourceHandle"))
    return GraphEdge(
        plain(child(edge, "source")) or "",
        plain(child(edge, "target")) or "",
        None if handle in _USUAL_HANDLES else handle,
    )


def change_edges(
    file: YamlText,
    edges: Sequence[Node],
    nodes: Mapping[str, Node],
    removed: Sequence[GraphEdge],
    added: Sequence[GraphEdge],
) -> None:
    """Write into the file what goes and what comes, all of one level.

    Args:
        file: To be changed.
        edges: All items of its list of edges.
        nodes: Its nodes by id.
        removed: At least one.
        added: In the place of the first that is removed.
    """
    gone = [edge for edge in edges if ends_of(edge) in set(removed)]
    handles = {ends_of(edge).branch: child(edge, "sourceHandle") for edge in edges}
    for number, edge in enumerate(gone):
        start, end = file.lines_of(edge)
        new = [_copy(file, gone[0], nodes, handles, wanted) for wanted in added] if number == 0 else []
        file.replace(start, end, "".join(new))


def _copy(
    file: YamlText,
    like: Node,
    nodes: Mapping[str, Node],
    handles: Mapping[str | None, Node | None],
    wanted: GraphEdge,
) -> str:
    start, end = file.lines_of(like)
    handle = handles.get(wanted.branch)
    values = {
        ("id",): _edge_id(wanted),
        ("source",): _written(file, child(nodes[wanted.source], "id")),
        ("target",): _written(file, child(nodes[wanted.target], "id")),
        ("sourceHandle",): "source" if handle is None else _written(file, handle),
        ("data", "sourceType"): _written(file, child(nodes[wanted.source], "data", "type")),
        ("data", "targetType"): _written(file, child(nodes[wanted.target], "data", "type")),
        ("selected",): "false",
    }
    found = [(child(like, *path), value) for path, value in values.items()]
    places = sorted((at.start_mark.index, at.end_mark.index, value) for at, value in found if at is not None)
    parts = []
    for from_index, to_index, value in places:
        parts += [file.text[start:from_index], value]
        start = to_index
    text = "".join([*parts, file.text[start:end]])
    return text if text.endswith("\n") else text + file.line_end


def _written(file: YamlText, node: Node | None) -> str:
    return "''" if node is None else file.written(node)


def _edge_id(edge: GraphEdge) -> str:
    """As Dify makes it: `source-handle-target-target`."""
    found = f"{edge.source}-{edge.branch or 'source'}-{edge.target}-target"
    return found if re.fullmatch(r"\w[\w-]*", found) else "'" + found.replace("'", "''") + "'"
