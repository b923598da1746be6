"""Dify graphs written by hand, and the files of `tests/data/dify`."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from longpole.domain.graphs import GraphNode, WorkflowGraph
from longpole.graphs.dify import read_dify

Node = dict[str, Any]
_FOLDER = Path(__file__).parents[1] / "data" / "dify"


def dify_file(name: str) -> str:
    """The text of a file of `tests/data/dify`."""
    return (_FOLDER / name).read_text(encoding="utf-8")


def dify_node(node_id: str, kind: str, parent: str | None = None, **data: Any) -> Node:
    """A node as Dify's editor keeps it."""
    around = {} if parent is None else {"parentId": parent}
    return {"id": node_id, "type": "custom", "data": {"type": kind, "title": node_id.title(), **data}, **around}


def dify_edge(source: str, target: str, handle: str = "source") -> Node:
    """An edge as Dify's editor keeps it."""
    return {"source": source, "target": target, "sourceHandle": handle, "targetHandle": "target"}


def dify_graph(nodes: Iterable[Node], edges: Iterable[Node] = ()) -> WorkflowGraph:
    """The graph that these are read as."""
    return read_dify({"nodes": list(nodes), "edges": list(edges)})


def step(kind: str, **data: Any) -> GraphNode:
    """The step that some data make, beside steps `a` and `b`, and `each` with `inner` inside of it."""
    others = (
        dify_node("a", "start"),
        dify_node("b", "llm"),
        dify_node("each", "iteration"),
        dify_node("inner", "code", parent="each"),
    )
    found = dify_graph([*others, dify_node("it", kind, **data)]).node("it")
    assert found is not None
    return found
