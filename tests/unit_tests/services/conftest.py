"""The runtimes that tests of the node cache are on."""

from collections.abc import Iterator
from typing import Any

import pytest

from cache_scenes import Clock
from longpole import runtime as runtime_module
from longpole.runtime import Runtime
from longpole.settings import Settings


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "postgres", "redis over sqlite"])
def where(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The settings of each backend; none of the tests is about time, and the machine may be busy."""
    backend, _, database = str(request.param).partition(" over ")
    said = {"database_url": request.getfixturevalue(f"{database or backend}_url"), "cache_timeout_ms": 10_000.0}
    return {**said, "cache_backend": request.getfixturevalue("redis_url")} if database else said


@pytest.fixture
def cache_runtime(where: dict[str, Any], clock: Clock) -> Iterator[Runtime]:
    made = Runtime(Settings(**where), clock=clock)
    runtime_module.install(made)
    yield made
    made.close()
