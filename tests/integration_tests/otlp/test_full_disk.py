"""A full disk: what comes is refused with the advice to send it again, nothing acknowledged is lost, and it goes on."""

import secrets
import time
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import ByteSize
from sqlalchemy import Connection, event

from longpole.app import create_app
from longpole.domain.runs import NodeExecution, Run, RunRecord
from longpole.runtime import Runtime
from longpole.settings import Settings
from longpole.store.engine import writing
from longpole.store.run_writes import write_records

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


def report(number: int) -> dict[str, Any]:
    """A run that somebody reports, with an error message that compresses badly."""
    return {"workflow_run_id": f"r{number}", "execution_status": "failed", "error_message": secrets.token_hex(1_000)}


def post(client: TestClient, number: int) -> Any:
    return client.post("/apps/shop/workflows/flow/runs", json=report(number))


def test_reports_of_runs_are_refused_and_taken_in_the_same_way(client: TestClient, disk: Disk) -> None:
    disk.pages = client.get("/system").json()["database"]["used_bytes"] // 4_096 + 40
    answers = [post(client, number) for number in range(200)]
    stored = [number for number, answer in enumerate(answers) if answer.status_code == 200]
    refused = [answer for answer in answers if answer.status_code != 200]

    assert len(stored) > 5
    assert {answer.status_code for answer in refused} == {503}
    assert refused[0].headers["Retry-After"] == "2"
    assert "full" in refused[0].json()["detail"]

    disk.pages = 1_000_000
    assert post(client, 200).status_code == 200
    assert [number for number in (*stored, 200) if client.get(f"/runs/r{number}").status_code != 200] == []


def test_a_used_up_budget_refuses_both(sqlite_url: str) -> None:
    """The least budget that there can be, and more than it holds, of which nothing was removed yet."""
    runtime = Runtime(Settings(database_url=sqlite_url, disk_budget=ByteSize(20_000_000), upkeep=False))
    with TestClient(create_app(runtime)) as client:
        nodes = tuple(NodeExecution("", f"{each}", "n", "tool", "n", error_message="x" * 400) for each in range(2_000))
        for number in range(30):
            with writing(runtime.engine) as connection:
                write_records(connection, [RunRecord(Run(f"large {number}", "shop", "flow"), nodes)], now_ns=1)
        for refused in (client.post("/v1/traces", json=trace()), post(client, 1)):
            assert (refused.status_code, refused.headers["Retry-After"]) == (503, "2")
            assert "budget" in refused.text
        assert client.get("/runs/r1").status_code == 404
    runtime.close()
