"""What many rows share, written once: workflows, nodes, models. Rows are only ever added."""

from sqlalchemy import BigInteger, Column, Index, Table, Text

from longpole.store.tables.metadata import metadata

workflows = Table(
    "workflows",
    metadata,
    Column("workflow_key", BigInteger, primary_key=True, autoincrement=False),
    Column("app_id", Text, nullable=False),
    Column("workflow_id", Text, nullable=False),
    Index(None, "app_id", "workflow_id", unique=True),
    comment="A row per workflow of an application.",
)

nodes = Table(
    "nodes",
    metadata,
    Column("node_key", BigInteger, primary_key=True, autoincrement=False),
    Column("node_id", Text, nullable=False),
    Column("enclosing_node_id", Text, comment="the step around it: equal names in different steps are different nodes"),
    Column("node_type", Text, nullable=False),
    Column("raw_type", Text, comment="the type as the engine spells it, where that differs"),
    Column("node_title", Text, nullable=False),
    comment="A row per way in which a node has shown itself; workflows share rows.",
)

models = Table(
    "models",
    metadata,
    Column("model_key", BigInteger, primary_key=True, autoincrement=False),
    Column("model", Text, comment="the model that answered"),
    Column("requested_model", Text),
    Column("provider", Text),
    comment="A row per model as it was called.",
)
