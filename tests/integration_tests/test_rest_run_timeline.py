"""One run over HTTP as it is looked at: its timeline, its critical path, its nodes, and what a node's time does."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from longpole.domain.runs import Attempt, NodeExecution, NodeStatus, Run, RunRecord
from longpole.domain.units import instant_ns
from longpole.rest.schemas.run_timeline import CriticalPath, RunTimeline
from longpole.rest.schemas.run_what_if import RunWhatIf
from longpole.runtime import unit_of_work, use
from longpole.store.run_writes import write_records

Snapshot = Callable[[str, Any], None]
RUNS = "/apps/shop/workflows/trip_planner/runs"
SECOND = 1_000_000_000
ZERO = instant_ns(datetime(2026, 11, 8, 11, tzinfo=UTC))
PARTS = ["timeline", "critical-path", "nodes/x", "what-if?node_id=x"]


def test_a_timeline_is_what_a_waterfall_draws(trips: TestClient, snapshot: Snapshot) -> None:
    answer = trips.get("/runs/trip-2/timeline")

    assert answer.status_code == 200
    RunTimeline.model_validate(answer.json())
    snapshot("run_timeline", answer.json())


def test_attempts_and_what_is_inside(client: TestClient) -> None:
    runtime: Any = client.app.state.runtime  # type: ignore[attr-defined]  # as `create_app` says
    log = (
        Attempt(1, ZERO + 1 * SECOND, ZERO + 2 * SECOND, NodeStatus.FAILED, "TimeoutError"),
        Attempt(2, ZERO + 3 * SECOND, ZERO + 4 * SECOND, NodeStatus.SUCCEEDED),
    )
    nodes = (
        NodeExecution("r/1", "a/b ?", "loop", "loop", "Loop", start_ns=ZERO, end_ns=ZERO + 5 * SECOND),
        NodeExecution(
            "r/1",
            "in",
            "call",
            "llm",
            "Call",
            parent_node_execution_id="a/b ?",
            start_ns=ZERO + SECOND,
            end_ns=ZERO + 4 * SECOND,
            first_token_ns=SECOND // 2,
            iteration_index=0,
            attempts=2,
            attempt_log=log,
        ),
    )
    run = Run("r/1", "shop", "trip_planner", start_ns=ZERO, end_ns=ZERO + 5 * SECOND, is_ended=True)
    with use(runtime), unit_of_work() as connection:
        write_records(connection, [RunRecord(run, nodes)], now_ns=ZERO)

    found = client.get("/runs/r%2F1/timeline").json()

    assert found["nodes"]["parent"] == [None, 0]
    assert found["nodes"]["iteration_index"] == [None, 0]
    assert found["nodes"]["first_token"] == [None, 1.5]
    assert (found["nodes"]["start"], found["nodes"]["end"]) == ([0.0, 1.0], [5.0, 4.0])
    told = [(each["node"], each["number"], each["status"], each["start"], each["end"]) for each in found["attempts"]]
    assert told == [(1, 1, "failed", 1.0, 2.0), (1, 2, "succeeded", 3.0, 4.0)]
    whole = client.get("/runs/r%2F1/nodes/a%2Fb%20%3F")
    assert (whole.status_code, whole.json()["node_id"]) == (200, "loop")
    path = client.get("/runs/r%2F1/critical-path").json()
    assert [(each["node_execution_id"], each["kind"], each["seconds"]) for each in path["segments"]] == [
        ("a/b ?", "engine_overhead", 1.0),
        ("in", "work", 1.0),
        ("in", "retry_delay", 1.0),
        ("in", "work", 1.0),
        ("a/b ?", "engine_overhead", 1.0),
    ]


def test_the_critical_path_tiles_the_run(trips: TestClient, snapshot: Snapshot) -> None:
    answer = trips.get("/runs/trip-1/critical-path").json()

    CriticalPath.model_validate(answer)
    assert [(each["node_execution_id"], each["kind"], each["seconds"]) for each in answer["segments"]] == [
        ("trip-1/plan", "work", 2.0),
        ("trip-1/flights", "work", 6.0),
        ("trip-1/book", "work", 2.0),
    ]
    assert [one["end_time"] for one in answer["segments"][:-1]] == [one["start_time"] for one in answer["segments"][1:]]
    assert answer["total_seconds"] == 10.0
    assert [(each["node_execution_id"], each["share"]) for each in answer["nodes"]] == [
        ("trip-1/flights", 0.6),
        ("trip-1/book", 0.2),
        ("trip-1/plan", 0.2),
    ]
    snapshot("critical_path", answer)


def test_a_node_on_the_path_moves_the_end_until_another_is_longer(trips: TestClient, snapshot: Snapshot) -> None:
    answer = trips.get("/runs/trip-1/what-if", params={"node_execution_id": "trip-1/flights"})

    found = answer.json()
    RunWhatIf.model_validate(found)
    assert [(each["factor"], each["end_seconds"]) for each in found["points"]] == [(0, 7.0), (0.5, 7.0), (2.0, 16.0)]
    assert (found["observed_seconds"], found["slack_seconds"], found["declined"]) == (10.0, 0.0, None)
    moved = found["moved"]
    at = moved["factors"].index(2.0)
    assert {id_: (start[at], end[at]) for id_, start, end in zip(*list(moved.values())[1:], strict=True)} == {
        "trip-1/flights": (2.0, 14.0),
        "trip-1/book": (14.0, 16.0),
    }
    snapshot("run_what_if", found)


def test_a_node_off_the_path_has_slack(trips: TestClient) -> None:
    found = trips.get("/runs/trip-1/what-if", params={"node_id": "hotel"}).json()
    assert (found["executions"], found["slack_seconds"]) == (1, 3.0)
    assert [(each["factor"], each["end_seconds"]) for each in found["points"]] == [(0, 10.0), (2.0, 10.0)]


def test_a_run_without_an_end_is_declined(client: TestClient) -> None:
    node = {"node_execution_id": "n", "node_id": "n", "node_type": "tool", "start_time": "2026-11-08T11:00:00Z"}
    run = {"workflow_run_id": "open", "started_at": "2026-11-08T11:00:00Z", "nodes": [node]}
    client.post(RUNS, json=run)

    found = client.get("/runs/open/what-if?node_id=n").json()

    assert (found["declined"], found["points"]) == ("The run has no known start and end.", [])
    assert client.get("/runs/open/timeline").json()["nodes"]["end"] == [None]


@pytest.mark.parametrize("part", PARTS)
def test_an_unknown_run_is_404(client: TestClient, part: str) -> None:
    answer = client.get(f"/runs/nobody/{part}")
    assert (answer.status_code, answer.json()["detail"]) == (404, "There is no run 'nobody'.")


@pytest.mark.parametrize("part", PARTS[2:])
def test_an_unknown_node_is_404(trips: TestClient, part: str) -> None:
    answer = trips.get(f"/runs/trip-1/{part}")
    assert (answer.status_code, answer.json()["detail"]) == (404, "Run 'trip-1' has no node execution 'x'.")


@pytest.mark.parametrize("asked", ["", "?node_id=a&node_execution_id=b"])
def test_one_node_must_be_named(border: TestClient, asked: str) -> None:
    answer = border.get(f"/runs/any/what-if{asked}")
    assert (answer.status_code, "node_execution_id" in answer.json()["detail"]) == (422, True)


def test_long_answers_are_compressed(client: TestClient) -> None:
    nodes = [{"node_execution_id": f"n{i}", "node_id": "n", "node_type": "tool"} for i in range(500)]
    client.post(RUNS, json={"workflow_run_id": "long", "started_at": "2026-11-08T11:00:00Z", "nodes": nodes})
    assert client.get("/runs/long/timeline").headers["content-encoding"] == "gzip"
    assert "content-encoding" not in client.get("/runs/long/timeline", headers={"accept-encoding": "identity"}).headers
