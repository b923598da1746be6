"""Workflows' graphs: one row per workflow, version and way of knowing it.

A version that is not said counts as one: its row is found by the hash that is
its key, as databases take no two NULLs for equal.

Upstream: `services.graphs`, `services.declared_graphs`. Downstream: `tables.graphs`.
"""

import hashlib
import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, select

from longpole.domain.graphs import Engine, GraphEdge, GraphNode, GraphSource, Purity, WorkflowGraph
from longpole.store.tables import graphs as table
from longpole.store.upserts import upsert
from longpole.store.values import optional_text, text

_LISTS = ("reads", "writes", "shared_reads")


def write(connection: Connection, app_id: str, workflow_id: str, graph: WorkflowGraph, at: datetime) -> None:
    """Store a graph in the place of the one of that workflow, version and source."""
    app_id, workflow_id, version = text(app_id), text(workflow_id), optional_text(graph.version)
    changing = {
        "engine": graph.engine,
        "name": optional_text(graph.name),
        "digest": digest_of(graph),
        "document": _document(graph),
        "updated_at": at,
    }
    row = {
        "id": _id(app_id, workflow_id, version, graph.source),
        "app_id": app_id,
        "workflow_id": workflow_id,
        "version": version,
        "source": graph.source,
        "created_at": at,
        **changing,
    }
    insert = upsert(connection, table).values(row)
    connection.execute(insert.on_conflict_do_update(index_elements=["id"], set_=changing))


def find(connection: Connection, app_id: str, workflow_id: str, version: str | None = None) -> WorkflowGraph | None:
    """The graph that counts.

    What was imported goes before what telemetry said; of either the one of
    `version`, else the one of no version, else the newest.
    """
    query = select(table.c.id, table.c.source, table.c.version, table.c.updated_at)
    rows = connection.execute(query.where(_of(app_id, workflow_id))).all()
    if not rows:
        return None
    best = max(rows, key=lambda row: (row.source == GraphSource.IMPORTED, _fit(row.version, version), row.updated_at))
    return _graph(connection.execute(select(table).where(table.c.id == best.id)).one())


def _fit(of_row: str | None, asked: str | None) -> int:
    """How well a graph's version fits the one that is asked about; where none is, all fit alike."""
    if asked is None:
        return 0
    return 2 if of_row == text(asked) else int(of_row is None)


def workflows(connection: Connection) -> tuple[tuple[str, str], ...]:
    """Application and workflow of every graph."""
    query = select(table.c.app_id, table.c.workflow_id).distinct().order_by(table.c.app_id, table.c.workflow_id)
    return tuple((app_id, workflow_id) for app_id, workflow_id in connection.execute(query))


def remove(connection: Connection, app_id: str, workflow_id: str, version: str | None = None) -> int:
    """Delete what was imported for a workflow, or for one version of it; how many graphs."""
    condition = and_(_of(app_id, workflow_id), table.c.source == GraphSource.IMPORTED)
    if version is not None:
        condition = and_(condition, table.c.version == text(version))
    return connection.execute(delete(table).where(condition)).rowcount


def digest_of(graph: WorkflowGraph) -> str:
    """SHA-256 of the graph, whatever it was read from."""
    canonical = json.dumps(_document(graph), sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _of(app_id: str, workflow_id: str) -> ColumnElement[bool]:
    return and_(table.c.app_id == text(app_id), table.c.workflow_id == text(workflow_id))


def _id(app_id: str, workflow_id: str, version: str | None, source: GraphSource) -> str:
    return hashlib.sha256(json.dumps([app_id, workflow_id, version, source]).encode()).hexdigest()[:32]


def _document(graph: WorkflowGraph) -> dict[str, Any]:
    return {
        "nodes": [asdict(node) for node in graph.nodes],
        "edges": [[edge.source, edge.target, edge.branch] for edge in graph.edges],
        "warnings": list(graph.warnings),
    }


def _graph(row: Any) -> WorkflowGraph:
    document = row.document
    return WorkflowGraph(
        Engine(row.engine),
        GraphSource(row.source),
        tuple(map(_node, document["nodes"])),
        tuple(GraphEdge(*edge) for edge in document["edges"]),
        row.name,
        row.version,
        tuple(document["warnings"]),
    )


def _node(stored: dict[str, Any]) -> GraphNode:
    lists = {name: tuple(stored[name]) for name in _LISTS}
    return GraphNode(**{**stored, **lists, "purity": Purity(stored["purity"])})
