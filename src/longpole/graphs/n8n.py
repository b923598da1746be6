"""An n8n workflow as it is exported: steps, connections, and the steps that expressions name.

    connections: {"Fetch": {"main": [[{"node": "Translate", "type": "main", "index": 0}]]}}

A step works on the items that the step before hands it, so it reads it, and
besides whatever `$('Fetch')` or `$node["Fetch"]` names. Models, tools and
memories hang on an agent or a chain and run inside of it. Notes are no steps.

Upstream: `reading`. Downstream: `n8n_purity`, `n8n_references`, `building`.
Source: n8n-workflow 2.41.0, src/interfaces.ts (IWorkflowBase, INode, IConnections).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from longpole.domain.graphs import Engine, GraphEdge, GraphNode, WorkflowGraph
from longpole.domain.node_types import snake_case
from longpole.graphs.building import MAX_EDGES, MAX_STEPS, built
from longpole.graphs.documents import FaultyGraphError, Path, identifier, mapping, sequence
from longpole.graphs.n8n_purity import n8n_purity, n8n_writes
from longpole.graphs.n8n_references import named_steps
from longpole.graphs.withheld import without_secrets

_NOTE = "n8n-nodes-base.stickyNote"
_MAIN = "main"
_KEPT = (
    "parameters", "typeVersion", "disabled", "retryOnFail", "maxTries", "waitBetweenTries", "onError", "continueOnFail",
    "executeOnce", "alwaysOutputData",
)  # fmt: skip
_BRANCHES: Mapping[str, tuple[str, ...]] = {
    "if": ("true", "false"),
    "split_in_batches": ("done", "loop"),
    "compare_datasets": ("in A only", "same", "different", "in B only"),
}
_ERROR_OUTPUT = "continueErrorOutput"
_Connection = tuple[str, str, str, int, int]
"""Name, kind, name, which output, of how many."""


def is_n8n(document: Mapping[str, Any]) -> bool:
    """It looks like a workflow of n8n's."""
    return isinstance(document.get("nodes"), list) and isinstance(document.get("connections"), dict)


def read_n8n(document: Mapping[str, Any]) -> WorkflowGraph:
    """The graph of a workflow.

    Raises:
        FaultyGraphError: Names the place.
    """
    raw = _nodes(sequence(document.get("nodes"), ("nodes",), MAX_STEPS))
    ids = {name: _id(node, name) for name, node in raw.items()}
    if len(set(ids.values())) < len(ids):
        raise FaultyGraphError(("nodes",), "has two nodes of one id")
    found = list(_connections(mapping(document.get("connections"), ("connections",))))
    if len(found) > MAX_EDGES:
        raise FaultyGraphError(("connections",), f"has more than {MAX_EDGES:,} connections")
    inside = _inside(found, raw)
    warnings: list[str] = []
    edges: list[GraphEdge] = []
    for source, kind, target, output, outputs in found:
        if source not in raw or target not in raw:
            missing = source if source not in raw else target
            warnings.append(f"The connection {source} → {target} was left out: there is no node {missing}.")
        elif kind == _MAIN:
            edges.append(GraphEdge(ids[source], ids[target], _branch(raw[source], output, outputs)))
    before: dict[str, list[str]] = defaultdict(list)
    for edge in edges:
        before[edge.target].append(edge.source)
    for part, host in inside.items():
        before[ids[host]].append(ids[part])
    nodes = [_step(name, raw[name], ids, before[ids[name]], inside.get(name), warnings) for name in raw]
    name = document.get("name")
    return built(Engine.N8N, nodes, edges, name=name if isinstance(name, str) and name else None, warnings=warnings)


def _nodes(listed: list[Any]) -> dict[str, dict[str, Any]]:
    """The steps by name, notes left out."""
    found: dict[str, dict[str, Any]] = {}
    for number, value in enumerate(listed):
        path: Path = ("nodes", number)
        node = mapping(value, path)
        raw_type = identifier(node.get("type"), (*path, "type"))
        if raw_type == _NOTE:
            continue
        name = identifier(node.get("name"), (*path, "name"))
        if name in found:
            raise FaultyGraphError((*path, "name"), "names two nodes", name)
        found[name] = node | {"type": raw_type}
    if not found:
        raise FaultyGraphError(("nodes",), "has no step in it")
    return found


def _id(node: Mapping[str, Any], name: str) -> str:
    """What n8n's telemetry calls it; old exports have names only."""
    node_id = node.get("id")
    return str(node_id) if isinstance(node_id, str | int) and str(node_id) else name


def _connections(connections: Mapping[str, Any]) -> Iterator[_Connection]:
    for source, by_kind in connections.items():
        for kind, outputs in mapping(by_kind, ("connections", source)).items():
            listed = sequence(outputs, ("connections", source, kind))
            for number, targets in enumerate(listed):
                path: Path = ("connections", source, kind, number)
                for place, target in enumerate(sequence(targets, path) if targets is not None else ()):
                    end = mapping(target, (*path, place))
                    yield source, kind, identifier(end.get("node"), (*path, place, "node")), number, len(listed)


def _inside(found: list[_Connection], raw: Mapping[str, Any]) -> dict[str, str]:
    """By name: the agent or chain that a model, tool or memory hangs on, where that is one."""
    hosts: dict[str, set[str]] = {}
    for source, kind, target, _, _ in found:
        if kind != _MAIN and target in raw and source in raw:
            hosts.setdefault(source, set()).add(target)
    return {part: next(iter(of)) for part, of in hosts.items() if len(of) == 1}


def _branch(node: Mapping[str, Any], output: int, outputs: int) -> str | None:
    """The outcome that an output stands for; None for the one by which all goes on."""
    kind = snake_case(node["type"])
    names = _BRANCHES.get(kind, ())
    if output < len(names):
        return names[output]
    if node.get("onError") == _ERROR_OUTPUT:
        return "error" if output and output == outputs - 1 else "success"
    return str(output) if output or kind in {"switch", "text_classifier"} else None


def _step(  # noqa: PLR0917 - all that is known of it
    name: str,
    node: Mapping[str, Any],
    ids: Mapping[str, str],
    before: list[str],
    host: str | None,
    warnings: list[str],
) -> GraphNode:
    named, is_computed = named_steps(node.get("parameters"))
    warnings += [f"The step {name} reads from {other}, which is not there." for other in named if other not in ids]
    config = {key: node[key] for key in _KEPT if key in node} | {"type": node["type"]}
    return GraphNode(
        node_id=ids[name],
        node_type=snake_case(node["type"]) or "node",
        node_title=name,
        container_id=None if host is None else ids[host],
        reads=(*before, *(ids[other] for other in named if other in ids)),
        has_dynamic_reads=is_computed,
        purity=n8n_purity(node["type"], node.get("parameters")),
        writes=n8n_writes(node["type"]),
        config=without_secrets(config),
    )
