"""Trends over HTTP: by day and by node, in a zone, of nothing known, and what is refused."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

TRENDS = "/apps/shop/workflows/trip_planner/performance/trends"


def test_a_metric_by_day(trips: TestClient) -> None:
    answer = trips.get(TRENDS, params={"metric": "run_count", "period": "daily", "days": 30}).json()

    assert {name: value for name, value in answer.items() if name != "items"} == {
        "app_id": "shop", "workflow_id": "trip_planner", "metric_type": "run_count", "unit": "count",
        "period_type": "daily",
        "by": None, "tz": "UTC", "period_start": "2026-10-10T00:00:00Z", "period_end": "2026-11-09T00:00:00Z",
        "kept_since": None, "left_out": 0,
    }  # fmt: skip
    [line] = answer["items"]
    assert [(point["period_start"], point["value"], point["count"]) for point in line["points"]] == [
        ("2026-10-30T00:00:00Z", 1.0, 1),
        ("2026-11-07T00:00:00Z", 2.0, 2),
        ("2026-11-08T00:00:00Z", 1.0, 1),
    ]


def test_by_node_in_a_zone(trips: TestClient, snapshot: Callable[[str, Any], None]) -> None:
    answer = trips.get(TRENDS, params={"by": "node", "tz": "Europe/Berlin", "days": 3}).json()

    assert (answer["metric_type"], answer["tz"]) == ("node_time", "Europe/Berlin")
    titles = [(line["name"], line["node_type"], len(line["points"])) for line in answer["items"]]
    assert titles[0] == ("flights", "tool", 2)
    point = answer["items"][0]["points"][-1]
    assert point["period_start"] == "2026-11-07T23:00:00Z"
    assert point["min"] <= point["p50"] <= point["p95"] <= point["max"]
    snapshot("trends_by_node", answer)


def test_an_unknown_workflow_has_none(client: TestClient) -> None:
    answer = client.get("/apps/shop/workflows/nothing/performance/trends?metric=cost&period=daily&days=30&by=node")
    assert (answer.status_code, answer.json()["items"]) == (200, [])


@pytest.mark.parametrize(
    "asked",
    [
        {"metric": "beauty"},
        {"metric": "run_time", "by": "node"},
        {"period": "yearly"},
        {"by": "colour"},
        {"tz": "Mars/Olympus"},
        {"days": 0},
        {"days": 366},
    ],
)
def test_what_is_refused(client: TestClient, asked: dict[str, Any]) -> None:
    answer = client.get(TRENDS, params=asked)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
