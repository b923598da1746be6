"""Single runs over HTTP: recorded, listed, looked at, forgotten."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

Trip = Callable[..., dict[str, Any]]
Snapshot = Callable[[str, Any], None]
RUNS = "/apps/shop/workflows/trip_planner/runs"


class TestOne:
    def test_it_works(self, trips: TestClient, snapshot: Snapshot) -> None:
        answer = trips.get("/runs/trip-2")
        assert answer.status_code == 200
        snapshot("run", answer.json())

    def test_an_unknown_run_is_404(self, client: TestClient, snapshot: Snapshot) -> None:
        answer = client.get("/runs/nobody's")
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
        snapshot("problem_not_found", answer.json())

    def test_what_was_reported_is_complete_at_once(self, client: TestClient, trip: Trip) -> None:
        client.post(RUNS, json=trip("fresh"))
        run = client.get("/runs/fresh").json()
        assert (run["state"], run["execution_status"]) == ("complete", "succeeded")


class TestForget:
    def test_it_works(self, trips: TestClient) -> None:
        answer = trips.delete("/runs/trip-2")
        assert (answer.status_code, answer.content) == (204, b"")
        assert trips.get("/runs/trip-2").status_code == 404
        assert trips.get("/apps/shop/workflows/trip_planner/performance/summary").json()["run_count"] == 2

    def test_twice_is_404(self, trips: TestClient) -> None:
        trips.delete("/runs/trip-2")
        assert trips.delete("/runs/trip-2").status_code == 404


class TestList:
    def test_it_works(self, trips: TestClient, snapshot: Snapshot) -> None:
        answer = trips.get(RUNS)
        assert answer.status_code == 200
        snapshot("runs", answer.json())

    def test_an_unknown_workflow_has_none(self, trips: TestClient) -> None:
        answer = trips.get("/apps/shop/workflows/nothing/runs")
        assert (answer.status_code, answer.json()) == (200, {"items": [], "next_cursor": None})

    def test_page_by_page_every_run_comes_once(self, trips: TestClient) -> None:
        seen: list[str] = []
        cursor: str | None = None
        while cursor is not None or not seen:
            page = trips.get(RUNS, params={"limit": 1} | ({"cursor": cursor} if cursor else {})).json()
            seen += [run["workflow_run_id"] for run in page["items"]]
            cursor = page["next_cursor"]
        assert seen == ["trip-3", "trip-2", "trip-1", "trip-0"]

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("status=failed", ["trip-2"]),
            ("status=partial", []),
            ("user=bob", ["trip-3", "trip-1", "trip-0"]),
            ("session=session%20of%20trip-1", ["trip-1"]),
            ("tag=eu/west", ["trip-3", "trip-2", "trip-1", "trip-0"]),
            ("tag=eu", []),
            ("slower_than=10", ["trip-0"]),
            ("failed_node=book", ["trip-2"]),
            ("failed_node=plan", []),
            ("failed_node=book&status=succeeded", []),
            ("slower_than=9.999", ["trip-3", "trip-2", "trip-1", "trip-0"]),
            ("since=2026-11-07T16:00:00Z", ["trip-3", "trip-2"]),
            ("since=2026-11-07T17:00:00%2B01:00", ["trip-3", "trip-2"]),
            ("since=2026-11-07T17:00:00+01:00", ["trip-3", "trip-2"]),
            ("until=2026-11-07T16:00:00Z", ["trip-1", "trip-0"]),
            ("since=0001-01-01T00:00:00Z&until=9999-12-31T23:59:59Z&limit=1", ["trip-3"]),
            ("user=bob&slower_than=10", ["trip-0"]),
        ],
    )
    def test_filters(self, trips: TestClient, query: str, found: list[str]) -> None:
        answer = trips.get(f"{RUNS}?{query}")
        assert answer.status_code == 200, answer.text
        assert [run["workflow_run_id"] for run in answer.json()["items"]] == found

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("limit=0", "limit"),
            ("limit=101", "limit"),
            ("limit=x", "limit"),
            ("status=done", "status"),
            ("since=2026-11-07T16:00:00", "since"),
            ("since=yesterday", "since"),
            ("since=1700000000", "since"),
            ("until=0.5", "until"),
            ("until=", "until"),
            ("until=2026-02-30T00:00:00Z", "until"),
            ("slower_than=-1", "slower_than"),
            ("slower_than=nan", "slower_than"),
            ("slower_than=1e300", "slower_than"),
            ("user=a%00b", "user"),
            ("tag=a%00b", "tag"),
            (f"session={'x' * 256}", "session"),
        ],
    )
    def test_a_bad_filter_is_422_and_named(self, border: TestClient, query: str, field: str) -> None:
        answer = border.get(f"{RUNS}?{query}")
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
        assert [each["field"] for each in answer.json()["errors"]] == [field]

    @pytest.mark.parametrize("cursor", ["made up", "é", "", "AAAA"])
    def test_a_cursor_that_no_page_gave_is_422(self, trips: TestClient, cursor: str) -> None:
        for path in (RUNS, RUNS.replace("/workflows/", "/workflows/unknown-")):
            answer = trips.get(path, params={"cursor": cursor})
            assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "cursor"), path


class TestOfATrace:
    def test_an_unknown_trace_has_none(self, client: TestClient) -> None:
        answer = client.get("/runs", params={"trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"})
        assert (answer.status_code, answer.json()) == (200, {"items": []})

    @pytest.mark.parametrize("trace_id", ["", "4bf9", "x" * 32, "4bf92f3577b34da6a3ce929d0e0e47360"])
    def test_what_is_no_trace_id_is_422(self, border: TestClient, trace_id: str) -> None:
        answer = border.get("/runs", params={"trace_id": trace_id})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "trace_id")

    def test_it_must_be_given(self, border: TestClient) -> None:
        assert border.get("/runs").status_code == 422


class TestRecord:
    def test_it_works(self, client: TestClient, trip: Trip, snapshot: Snapshot) -> None:
        answer = client.post(RUNS, json=trip("trip-1"))
        assert answer.status_code == 200
        snapshot("recorded", answer.json())

    def test_again_changes_nothing(self, trips: TestClient, trip: Trip) -> None:
        before = trips.get("/runs/trip-1").json()
        trips.post(RUNS, json=trip("trip-1", hours_ago=30))
        assert trips.get("/runs/trip-1").json()["nodes"] == before["nodes"]
        assert trips.get("/apps/shop/workflows/trip_planner/performance/summary").json()["run_count"] == 3

    def test_good_nodes_are_stored_and_the_others_are_told_of(
        self, client: TestClient, trip: Trip, snapshot: Snapshot
    ) -> None:
        report = trip("trip-1")
        report["nodes"][1]["status"] = "splendid"
        report["nodes"][2]["end_time"] = "1999-01-01T00:00:00Z"
        report["nodes"].append("no object")
        answer = client.post(RUNS, json=report)
        assert answer.status_code == 200
        assert answer.json()["stored"] == 2
        assert [node["node_id"] for node in client.get("/runs/trip-1").json()["nodes"]] == ["plan", "book"]
        snapshot("recorded_in_part", answer.json()["rejected"])

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"workflow_run_id": None}, "workflow_run_id"),
            ({"workflow_run_id": "a\0b"}, "workflow_run_id"),
            ({"workflow_run_id": 7}, "workflow_run_id"),
            ({"total_execution_time": -1}, "total_execution_time"),
            ({"total_execution_time": 1e300}, "total_execution_time"),
            ({"cache_hit_rate": 101}, "cache_hit_rate"),
            ({"execution_status": "done"}, "execution_status"),
            ({"started_at": "2026-11-08T14:00:00"}, "started_at"),
            ({"finished_at": "9999-12-31T23:59:59Z"}, "finished_at"),
            ({"finished_at": "1999-12-31T23:59:59Z"}, "finished_at"),
            ({"total_tokens_used": 10**30}, "total_tokens_used"),
            ({"total_tokens_cost": 1e30}, "total_tokens_cost"),
            ({"metrics": {"a": "b"}}, "metrics[a]"),
            ({"metrics": {"a": 10**400}}, "metrics[a]"),
            ({"total_execution_time": 10**400}, "total_execution_time"),
            ({"total_tokens_cost": 10**400}, "total_tokens_cost"),
            ({"total_tokens_cost": "9" * 400}, "total_tokens_cost"),
            ({"tags": "beta"}, "tags"),
            ({"nodes": "none"}, "nodes"),
            ({"no_such_field": 1}, "no_such_field"),
        ],
    )
    def test_a_bad_run_is_422_names_the_field_and_stores_nothing(
        self, border: TestClient, trip: Trip, change: dict[str, Any], field: str
    ) -> None:
        answer = border.post(RUNS, json=trip("trip-1") | change)
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
        assert [each["field"] for each in answer.json()["errors"]] == [field]
        assert border.get("/runs/trip-1").status_code == 404

    def test_a_whole_number_may_be_written_with_a_point(self, border: TestClient) -> None:
        node = {"node_execution_id": "e", "node_id": "n", "node_type": "llm", "input_tokens": 7.0, "retry_count": 1.0}
        report = b'{"workflow_run_id": "r", "node_count": 3.0, "nodes": [' + json.dumps(node).encode() + b"]}"
        answer = border.post(RUNS, content=report, headers={"content-type": "application/json"})
        assert (answer.json()["stored"], answer.json()["run"]["node_count"]) == (1, 3)
        assert border.get("/runs/r").json()["nodes"][0]["tokens"]["input"] == 7

    @pytest.mark.parametrize("body", [[], 1, "run", None])
    def test_what_is_no_object_is_422(self, border: TestClient, body: Any) -> None:
        answer = border.post(RUNS, json=body)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "body")

    def test_a_run_of_another_workflow_is_not_taken_over(self, trips: TestClient, trip: Trip) -> None:
        answer = trips.post("/apps/shop/workflows/other/runs", json=trip("trip-1"))
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (409, "workflow_run_id")

    def test_no_body_is_422(self, border: TestClient) -> None:
        assert border.post(RUNS).status_code == 422


ODD = [
    "a/b",
    "%",
    "%2F",
    "..",
    ".",
    "a b",
    "a?b",
    "a#b",
    "é",
    "日本",
    "👩‍🚀",
    "a+b",
    "a&b=c",
    "\\",
    "'\"",
    "a\nb",
    "x" * 255,
]


def test_any_id_works_everywhere(client: TestClient, trip: Trip) -> None:
    for odd in ODD:
        escaped = quote(odd, safe="").replace(".", "%2E")
        workflow = f"/apps/{escaped}/workflows/{escaped}"
        assert client.post(f"{workflow}/runs", json=trip(odd) | {"session_id": odd, "nodes": []}).status_code == 200, (
            odd
        )
        summary = client.get(f"{workflow}/performance/summary").json()
        assert (summary["app_id"], summary["workflow_id"], summary["run_count"]) == (odd, odd, 1)
        for below in ("performance/nodes", "performance/bottlenecks", "optimization/recommendations"):
            assert client.get(f"{workflow}/{below}").status_code == 200, (odd, below)
        assert [run["workflow_run_id"] for run in client.get(f"{workflow}/runs").json()["items"]] == [odd]
        assert [each["workflow_id"] for each in client.get(f"/apps/{escaped}/workflows").json()["items"]] == [odd]
        assert client.post(f"{workflow}/optimization/recommendations/{escaped}/dismiss").status_code == 404
        assert client.get(f"/runs/{escaped}").json()["workflow_run_id"] == odd
        assert client.delete(f"/runs/{escaped}").status_code == 204, odd


@pytest.mark.parametrize("bad", ["a%00b", "%FF", "%ED%A0%80", "x" * 256])
def test_an_id_that_cannot_be_is_422(border: TestClient, bad: str) -> None:
    for path in (f"/runs/{bad}", f"/apps/{bad}/workflows", f"/apps/a/workflows/{bad}/performance/summary"):
        answer = border.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json"), path
