"""The schema goes up and down on both databases, and is what the tables say."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

from longpole.domain.errors import SchemaOutOfDateError
from longpole.runtime import Runtime
from longpole.store import schema
from longpole.store.engine import reading
from longpole.store.partitions import compared_on
from longpole.store.tables import metadata

CONTRACT = {
    "workflow_performance_metrics",
    "workflow_node_performance",
    "workflow_optimization_recommendations",
    "workflow_cache_entries",
    "workflow_performance_trends",
}


def test_migrations_make_what_the_tables_say(runtime: Runtime) -> None:
    with reading(runtime.engine) as connection:
        options = {"include_object": compared_on(connection.dialect.name)}
        differences = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)

    assert differences == []


def test_the_contracts_five_tables_can_be_read(runtime: Runtime) -> None:
    inspector = inspect(runtime.engine)

    assert {*inspector.get_table_names(), *inspector.get_view_names()} >= CONTRACT


def test_down_to_nothing_and_up_again(runtime: Runtime) -> None:
    schema.downgrade(runtime.engine, "base")
    left = set(inspect(runtime.engine).get_table_names()) - {"alembic_version"}
    with pytest.raises(SchemaOutOfDateError, match="longpole db upgrade"):
        schema.require_current(runtime.engine)
    schema.upgrade(runtime.engine)

    assert left == set()
    assert schema.current_revision(runtime.engine) == schema.needed_revision()


def test_any_process_makes_keys_and_no_table_needs_another(runtime: Runtime) -> None:
    """So that the tables can be distributed over many servers: see docs/how-to/scale-out.md."""
    inspector = inspect(runtime.engine)
    tables = [name for name in inspector.get_table_names() if name != "alembic_version"]

    assert [key for name in tables for key in inspector.get_foreign_keys(name)] == []
    for name in tables:
        columns = inspector.get_columns(name)
        assert [column["name"] for column in columns if "nextval" in str(column["default"])] == []
        assert [column["name"] for column in columns if column.get("identity")] == []
