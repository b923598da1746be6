"""What happens by itself: when each task last ran, how long it took, and what it said."""

from sqlalchemy import BigInteger, Column, Double, Table, Text

from longpole.store.tables.metadata import at_least, metadata

upkeep_tasks = Table(
    "upkeep_tasks",
    metadata,
    Column("name", Text, primary_key=True),
    Column("every_seconds", Double, nullable=False),
    Column("started_ns", BigInteger, nullable=False, comment="when it last began"),
    Column("elapsed_ns", BigInteger, nullable=False),
    Column("outcome", Text, comment="what it did, in words"),
    Column("error", Text, comment="NULL where it went well"),
    Column("process", Text, nullable=False, comment="who did it: host and process"),
    *at_least(0, "elapsed_ns"),
    comment="A row per upkeep task: its last run.",
)

upkeep_facts = Table(
    "upkeep_facts",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
    comment="Numbers that tasks remember, such as up to when raw rows have been removed.",
)
