"""Every column of the five tables is documented."""

import re
from typing import Any

import pytest
from sqlalchemy import inspect

from longpole.store.engine import open_engine

_PAGE = "docs/reference/tables.md"


@pytest.mark.parametrize(
    "table",
    [
        "workflow_performance_metrics",
        "workflow_node_performance",
        "workflow_optimization_recommendations",
        "workflow_cache_entries",
        "workflow_performance_trends",
    ],
)
def test_every_column_is_documented_and_there(pages: Any, sqlite_url: str, table: str) -> None:
    engine = open_engine(sqlite_url)
    columns = {column["name"] for column in inspect(engine).get_columns(table)}
    engine.dispose()
    section = pages.section(_PAGE, f"## {table}")

    assert set() == columns - set(re.findall(r"`(\w+)`", section))
    assert set() == set(re.findall(r"^\| (`\w+`)", section, re.MULTILINE)) - {f"`{column}`" for column in columns}
