"""The figures of a period over HTTP."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

Snapshot = Callable[[str, Any], None]
PERFORMANCE = "/apps/shop/workflows/trip_planner/performance"
UNKNOWN = "/apps/shop/workflows/nothing/performance"


@pytest.mark.parametrize("subject", ["summary", "nodes", "bottlenecks"])
class TestEach:
    def test_it_works(self, trips: TestClient, snapshot: Snapshot, subject: str) -> None:
        answer = trips.get(f"{PERFORMANCE}/{subject}", params={"days": 7})
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
        snapshot(subject, answer.json())

    def test_seven_days_are_the_default(self, trips: TestClient, subject: str) -> None:
        assert trips.get(f"{PERFORMANCE}/{subject}").json() == trips.get(f"{PERFORMANCE}/{subject}?days=7").json()

    def test_an_unknown_workflow_has_empty_figures(self, trips: TestClient, snapshot: Snapshot, subject: str) -> None:
        answer = trips.get(f"{UNKNOWN}/{subject}")
        assert answer.status_code == 200
        snapshot(f"{subject}_empty", answer.json())

    @pytest.mark.parametrize("days", ["0", "366", "-1", "1.5", "x", "", "1e2", "9" * 5_000])
    def test_bad_days_are_422_and_named(self, border: TestClient, subject: str, days: str) -> None:
        answer = border.get(f"{PERFORMANCE}/{subject}", params={"days": days})
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
        assert [each["field"] for each in answer.json()["errors"]] == ["days"]


def test_money_is_a_number(trips: TestClient) -> None:
    assert trips.get(f"{PERFORMANCE}/summary").json()["total_cost"] == 0.0045


def test_a_version_stands_in_for_the_workflow_of_a_dify_application(
    client: TestClient, trip: Callable[..., Any]
) -> None:
    for version, run_id in (("published-1", "r1"), ("published-2", "r2")):
        client.post("/apps/dify-app/workflows/dify-app/runs", json=trip(run_id) | {"workflow_version": version})
    summary = client.get("/apps/dify-app/workflows/published-2/performance/summary").json()
    assert (summary["run_count"], summary["workflow_id"]) == (1, "published-2")
    assert client.get("/apps/dify-app/workflows/dify-app/performance/summary").json()["run_count"] == 2


@pytest.mark.parametrize(
    ("asked", "counted"),
    [("user=alice", 1), ("status=failed", 1), ("user=alice&status=succeeded", 0), ("tag=eu/west", 3), ("tag=eu", 0)],
)
def test_figures_of_some_runs_only(trips: TestClient, asked: str, counted: int) -> None:
    assert trips.get(f"{PERFORMANCE}/summary?{asked}").json()["run_count"] == counted
    assert trips.get(f"{PERFORMANCE}/bottlenecks?{asked}").json()["runs_analysed"] == counted
    llm = [each for each in trips.get(f"{PERFORMANCE}/nodes?{asked}").json()["items"] if each["node_type"] == "llm"]
    assert [each["execution_count"] for each in llm] == ([counted] if counted else [])


def test_an_unknown_status_is_422(trips: TestClient) -> None:
    assert trips.get(f"{PERFORMANCE}/summary?status=lost").status_code == 422
