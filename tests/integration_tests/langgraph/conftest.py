"""A database, and the SDK as if nobody had said anything yet."""

from collections.abc import Iterator

import pytest

import longpole
from longpole import runtime as runtime_module
from longpole.runtime import Runtime
from longpole.settings import Settings


@pytest.fixture(autouse=True)
def here(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runtime]:
    """The runtime of this process, on a new database."""
    monkeypatch.setenv("LANGSMITH_TRACING", "false")
    longpole.configure()
    made = Runtime(Settings(database_url=sqlite_url))
    runtime_module.install(made)
    yield made
    longpole.flush(10)
    made.close()
