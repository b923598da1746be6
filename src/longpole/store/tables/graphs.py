"""Workflows' graphs: what somebody imported, and what engines sent with their spans."""

from sqlalchemy import Column, Index, Table, Text

from longpole.domain.graphs import Engine, GraphSource
from longpole.store.tables.metadata import metadata, one_of
from longpole.store.types import Json, UtcDateTime

graphs = Table(
    "workflow_graphs",
    metadata,
    Column("id", Text, primary_key=True, comment="a hash of workflow, version and source: see store.graphs"),
    Column("app_id", Text, nullable=False),
    Column("workflow_id", Text, nullable=False),
    Column("version", Text, comment="the workflow version that it belongs to; NULL: not said"),
    Column("engine", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("name", Text),
    Column("digest", Text, nullable=False, comment="SHA-256 of the canonical document"),
    Column("document", Json, nullable=False, comment="nodes, edges and what was noticed when reading"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Index("ix_workflow_graphs_identity", "app_id", "workflow_id", "version", "source", unique=True),
    one_of("engine", Engine),
    one_of("source", GraphSource),
    comment="A row per workflow, version and way of knowing its graph.",
)
