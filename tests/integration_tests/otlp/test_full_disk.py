"""A full disk: telemetry is refused with the advice to send it again, nothing acknowledged is lost, and it goes on."""

import secrets
import time
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, event

from longpole.app import create_app
from longpole.runtime import Runtime
from longpole.settings import Settings

_PATIENCE_S = 30


class Disk:
    """How many pages of 4 KiB the database may have: SQLite says of more what it says of a full disk."""

    pages = 1_000_000


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def client(sqlite_url: str, disk: Disk) -> Iterator[TestClient]:
    """The API on a database that cannot grow beyond the disk."""
    runtime = Runtime(Settings(database_url=sqlite_url, run_settle_seconds=0))

    @event.listens_for(runtime.engine, "begin")
    def bound(connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {disk.pages}")

    with TestClient(create_app(runtime)) as made:
        yield made
    runtime.close()


def trace() -> dict[str, Any]:
    """A run of one node with an error message that compresses badly."""
    now = time.time_ns()
    span = {
        "traceId": secrets.token_hex(16),
        "spanId": secrets.token_hex(8),
        "name": "ask",
        "startTimeUnixNano": str(now - 1_000),
        "endTimeUnixNano": str(now),
        "status": {"code": 2, "message": secrets.token_hex(2_000)},
        "attributes": [{"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}}],
    }
    return {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}


def trace_id(sent: dict[str, Any]) -> str:
    return str(sent["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["traceId"])


def wait_for(client: TestClient, run_id: str) -> bool:
    until = time.monotonic() + _PATIENCE_S
    while client.get(f"/runs/{run_id}").status_code != 200:
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def test_what_was_acknowledged_is_there_when_there_is_room_again(client: TestClient, disk: Disk) -> None:
    disk.pages = client.get("/system").json()["database"]["used_bytes"] // 4_096 + 40
    acknowledged, refused = [], None
    for _ in range(500):
        sent = trace()
        refused = client.post("/v1/traces", json=sent)
        if refused.status_code != 200:
            break
        acknowledged.append(trace_id(sent))

    assert refused is not None
    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) >= 1
    assert "full" in refused.json()["message"]
    assert len(acknowledged) > 5
    assert client.get("/apps").status_code == 200  # questions are answered still

    disk.pages = 1_000_000
    again = client.post("/v1/traces", json=sent)

    assert again.status_code == 200
    assert [run_id for run_id in (*acknowledged, trace_id(sent)) if not wait_for(client, run_id)] == []
