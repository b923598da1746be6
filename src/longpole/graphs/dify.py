"""A Dify workflow as it is exported, or as its database keeps it: steps, edges, and who reads what.

    kind: app · version: 0.6.0 · app: {name} · workflow: {graph: {nodes, edges}}      an export (DSL), of any age
    {graph: {nodes, edges}}, {nodes, edges}                                           `workflows.graph`

Sticky notes are no steps. A step reads what its texts and selectors name, which
need not be the steps that the edges lead from. An iteration or loop reads, and
does, what the steps inside of it read and do.

Upstream: `reading`. Downstream: `dify_references`, `purity`, `building`.
Source: Dify's exports of versions 0.3 to 1.14, and its source: models/workflow.py, core/workflow/nodes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from longpole.domain.graphs import Engine, GraphEdge, GraphNode, WorkflowGraph
from longpole.domain.node_types import snake_case
from longpole.graphs.building import MAX_DEPTH, MAX_EDGES, MAX_STEPS, built
from longpole.graphs.dify_references import References, references, selector, shared
from longpole.graphs.documents import FaultyGraphError, Path, identifier, mapping, parsed, sequence
from longpole.graphs.purity import dify_purity, worst
from longpole.graphs.withheld import without_secrets

_NOTE = "custom-note"
_USUAL = (None, "", "source")
_CONTAINER_KEYS = ("iteration_id", "loop_id")
_MEMORY, _ANSWER = "memory", "answer"
_ASSIGNERS = frozenset({"assigner", "variable_assigner"})


@dataclass(frozen=True, slots=True)
class _Raw:
    """A node of the file, its parts checked."""

    node_id: str
    node_type: str
    container_id: str | None
    data: dict[str, Any]


def is_dify(document: Mapping[str, Any]) -> bool:
    """It looks like an export of Dify's, or like a graph of its database."""
    if document.get("kind") in ("app", "rag_pipeline") or isinstance(document.get("workflow"), dict):
        return True
    graph = document.get("graph", document)
    if isinstance(graph, str):
        return True
    nodes = graph.get("nodes") if isinstance(graph, dict) else None
    return isinstance(nodes, list) and any(_has_dify_data(node) for node in nodes)


def _has_dify_data(node: Any) -> bool:
    data = node.get("data") if isinstance(node, dict) else None
    return isinstance(data, dict) and isinstance(data.get("type"), str)


def read_dify(document: Mapping[str, Any]) -> WorkflowGraph:
    """The graph of an export, or of a database's graph.

    Raises:
        FaultyGraphError: Names the place.
    """
    graph, path = _graph(document)
    raw = _nodes(sequence(graph.get("nodes"), (*path, "nodes"), MAX_STEPS), (*path, "nodes"))
    edges = [
        _edge(mapping(edge, (*path, "edges", number)), (*path, "edges", number))
        for number, edge in enumerate(sequence(graph.get("edges", []), (*path, "edges"), MAX_EDGES))
    ]
    found = {node.node_id: references(node.data, raw.keys()) for node in raw.values()}
    warnings = [
        f"The step {node_id} reads from {missing}, which is not there."
        for node_id, used in found.items()
        for missing in used.missing
    ]
    return built(Engine.DIFY, _steps(raw, found), edges, name=_name(document), warnings=warnings)


def _graph(document: Mapping[str, Any]) -> tuple[dict[str, Any], Path]:
    """The graph object, and where it stands."""
    path: Path = ()
    if "workflow" in document:
        path = ("workflow",)
        document = mapping(document["workflow"], path)
    elif "graph" not in document and "nodes" not in document:
        raise FaultyGraphError((), _no_workflow(document))
    if "graph" in document:
        path = (*path, "graph")
        graph = document["graph"]
        return mapping(parsed(graph) if isinstance(graph, str) else graph, path), path
    if "nodes" in document:
        return dict(document), path
    raise FaultyGraphError((*path, "graph"), "is missing")


def _no_workflow(document: Mapping[str, Any]) -> str:
    app = document.get("app")
    mode = app.get("mode") if isinstance(app, dict) else None
    if isinstance(mode, str) and "workflow" not in mode and mode != "advanced-chat":
        return f"is a {mode} app of Dify's, which has no workflow"
    return "has no `workflow`: nothing of it was exported"


def _name(document: Mapping[str, Any]) -> str | None:
    for key in ("app", "rag_pipeline"):
        about = document.get(key)
        if isinstance(about, dict) and isinstance(about.get("name"), str):
            return about["name"] or None
    return None


def _nodes(listed: list[Any], path: Path) -> dict[str, _Raw]:
    """The steps by id, notes left out."""
    found: dict[str, _Raw] = {}
    for number, value in enumerate(listed):
        at = (*path, number)
        node = mapping(value, at)
        data = mapping(node.get("data"), (*at, "data"))
        if node.get("type") == _NOTE or data.get("type") == "":
            continue
        node_id = identifier(node.get("id"), (*at, "id"))
        if node_id in found:
            raise FaultyGraphError((*at, "id"), "names two nodes", node_id)
        node_type = snake_case(identifier(data.get("type"), (*at, "data", "type")))
        found[node_id] = _Raw(node_id, node_type or "node", _container(node, data), data)
    if not found:
        raise FaultyGraphError(path, "has no step in it")
    return found


def _container(node: Mapping[str, Any], data: Mapping[str, Any]) -> str | None:
    """Where it is inside of: as the editor draws it, else as its data say."""
    named = [node.get("parentId"), *(data.get(key) for key in _CONTAINER_KEYS)]
    return next((str(value) for value in named if isinstance(value, str | int) and str(value)), None)


def _edge(edge: Mapping[str, Any], path: Path) -> GraphEdge:
    handle = edge.get("sourceHandle")
    return GraphEdge(
        identifier(edge.get("source"), (*path, "source")),
        identifier(edge.get("target"), (*path, "target")),
        None if handle in _USUAL else str(handle),
    )


def _steps(raw: Mapping[str, _Raw], found: Mapping[str, References]) -> list[GraphNode]:
    writes = {node.node_id: _writes(node) for node in raw.values()}
    written = {name for names in writes.values() for name in names}
    steps = {
        node.node_id: GraphNode(
            node_id=node.node_id,
            node_type=node.node_type,
            node_title=_title(node),
            container_id=node.container_id,
            reads=tuple(found[node.node_id].steps),
            has_dynamic_reads=found[node.node_id].is_computed,
            purity=dify_purity(node.node_type, node.data),
            writes=tuple(writes[node.node_id]),
            config=without_secrets(node.data),
            shared_reads=(*shared(found[node.node_id].variables, written), *_memory(node)),
        )
        for node in raw.values()
    }
    children: dict[str, list[GraphNode]] = {}
    for step in steps.values():
        if step.container_id is not None:
            children.setdefault(step.container_id, []).append(step)
    return [_with_insides(step, children) for step in steps.values()]


def _title(node: _Raw) -> str:
    title = node.data.get("title")
    return title if isinstance(title, str) and title else node.node_id


def _memory(node: _Raw) -> tuple[str, ...]:
    """Models that are told what was said before."""
    return (_MEMORY,) if isinstance(node.data.get("memory"), dict) else ()


def _writes(node: _Raw) -> list[str]:
    """Shared things that it writes: variables that are assigned, what was said, what the user is told."""
    names = [*_memory(node)]
    if node.node_type == "answer":
        names.append(_ANSWER)
    if node.node_type in _ASSIGNERS:
        items = node.data.get("items")
        listed = items if isinstance(items, list) else []
        targets = [item.get("variable_selector") for item in listed if isinstance(item, dict)]
        assigned = map(selector, (node.data.get("assigned_variable_selector"), *targets))
        names += [".".join(named[:2]) for named in assigned if named]
    return names


def _with_insides(step: GraphNode, children: Mapping[str, list[GraphNode]]) -> GraphNode:
    """A container with what the steps inside of it read from outside, and do."""
    inside = _inside(step.node_id, children)
    if not inside:
        return step
    ids = {inner.node_id for inner in inside}
    return replace(
        step,
        reads=(*step.reads, *(read for inner in inside for read in inner.reads if read not in ids)),
        has_dynamic_reads=step.has_dynamic_reads or any(inner.has_dynamic_reads for inner in inside),
        purity=worst(step.purity, *(inner.purity for inner in inside)),
        writes=(*step.writes, *(name for inner in inside for name in inner.writes)),
        shared_reads=(*step.shared_reads, *(name for inner in inside for name in inner.shared_reads)),
    )


def _inside(container_id: str, children: Mapping[str, list[GraphNode]]) -> list[GraphNode]:
    """The steps inside of a container, and inside of those."""
    found: dict[str, GraphNode] = {}
    level = [container_id]
    for _ in range(MAX_DEPTH):
        new = [step for around in level for step in children.get(around, ()) if step.node_id not in found]
        found |= {step.node_id: step for step in new if step.node_id != container_id}
        level = [step.node_id for step in new]
    return list(found.values())
