"""The API on a real database of each kind, at a moment that stands still, with some runs in it."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from longpole.app import create_app
from longpole.domain.units import instant_ns
from longpole.runtime import Runtime
from longpole.settings import Settings

NOW = datetime(2026, 11, 8, 12, tzinfo=UTC)
SNAPSHOTS = Path(__file__).parents[1] / "snapshots" / "api"

Trip = Callable[..., dict[str, Any]]


@pytest.fixture
def client(database_url: str) -> Iterator[TestClient]:
    """The API at noon of 2026-11-08, once on each kind of database."""
    with _served(database_url) as made:
        yield made


@pytest.fixture
def border(sqlite_url: str) -> Iterator[TestClient]:
    """The API for what is answered before any database is asked."""
    with _served(sqlite_url) as made:
        yield made


@pytest.fixture
def postgres_client(postgres_url: str) -> Iterator[TestClient]:
    """The API on PostgreSQL alone."""
    with _served(postgres_url) as made:
        yield made


@contextmanager
def _served(database_url: str) -> Iterator[TestClient]:
    runtime = Runtime(Settings(database_url=database_url, run_settle_seconds=5), clock=lambda: instant_ns(NOW))
    with TestClient(create_app(runtime), raise_server_exceptions=False) as made:
        yield made
    runtime.close()


@pytest.fixture
def trips(client: TestClient, trip: Trip) -> TestClient:
    """The API with four runs of a trip planner: three of this week, one of the week before."""
    for name, hours_ago, failed in (("trip-1", 30, False), ("trip-2", 20, True), ("trip-3", 10, False)):
        _record(client, trip(name, hours_ago=hours_ago, failed=failed))
    _record(client, trip("trip-0", hours_ago=9 * 24, slow=2))
    return client


def _record(client: TestClient, run: dict[str, Any]) -> None:
    answer = client.post("/apps/shop/workflows/trip_planner/runs", json=run)
    assert answer.status_code == 200, answer.text
    assert answer.json()["rejected"] == []


@pytest.fixture
def trip() -> Trip:
    """Makes the report of a run: a plan, then flights (tried twice) beside a hotel, then a booking that may fail."""
    return _trip


def _trip(run_id: str, hours_ago: float = 1, *, failed: bool = False, slow: float = 1) -> dict[str, Any]:
    def at(seconds: float) -> str:
        return (NOW - timedelta(hours=hours_ago) + timedelta(seconds=seconds * slow)).isoformat()

    def node(name: str, node_type: str, begin: float, end: float, **more: Any) -> dict[str, Any]:
        return {
            "node_execution_id": f"{run_id}/{name}",
            "node_id": name,
            "node_type": node_type,
            "node_title": name.capitalize(),
            "start_time": at(begin),
            "end_time": at(end),
            "status": "succeeded",
            **more,
        }

    call = {"model": "gpt-4o-mini", "provider": "openai", "input_tokens": 900, "output_tokens": 100}
    broken = {"status": "failed", "error_type": "SoldOutError", "error_message": "no seat is left"} if failed else {}
    return {
        "workflow_run_id": run_id,
        "workflow_version": "3",
        "user_id": "alice" if failed else "bob",
        "session_id": f"session of {run_id}",
        "tags": ["beta", "eu/west"],
        "started_at": at(0),
        "finished_at": at(10),
        "execution_status": "failed" if failed else "succeeded",
        "cache_hit_rate": 25.0,
        "nodes": [
            node("plan", "llm", 0, 2, **call, cache_read_tokens=300, tokens_cost=0.0015, memory_peak_bytes=1_000_000),
            node("flights", "tool", 2, 8, retry_count=1, input_bytes=120, output_bytes=4_800),
            node("hotel", "http-request", 2, 5, is_cached=True),
            node("book", "tool", 8, 10, **broken),
        ],
    }


Snapshot = Callable[[str, Any], None]


@pytest.fixture
def snapshot() -> Snapshot:
    """Compare an answer with the one on record; LONGPOLE_TEST_RECORD=1 puts it on record."""

    def compare(name: str, answer: Any) -> None:
        path = SNAPSHOTS / f"{name}.json"
        if os.environ.get("LONGPOLE_TEST_RECORD"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(answer, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        assert answer == json.loads(path.read_text(encoding="utf-8"))

    return compare
