"""Forecasts over HTTP: of a workflow and of an application, with a budget, of nothing known, and what is refused."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

FORECAST = "/apps/shop/workflows/trip_planner/performance/forecast"


def test_of_a_few_runs_only_the_range_is_told(trips: TestClient) -> None:
    answer = trips.get(FORECAST, params={"metric": "run_count", "days": 30, "budget": 40}).json()

    assert (answer["metric"], answer["unit"], answer["period_type"], answer["budget"]) == (
        "run_count",
        "count",
        "daily",
        40.0,
    )
    assert "Fewer than 14 days" in answer["declined"]
    assert [point["value"] for point in answer["points"]] == [None] * 30
    assert answer["points"][0]["period_start"] == "2026-11-09T00:00:00Z"
    assert answer["total"]["value"] is None
    assert 0 <= answer["total"]["low"] < answer["total"]["high"]
    assert 0 <= answer["total"]["over_budget"] <= 1
    assert answer["month"]["so_far"] == 3.0
    assert answer["month"]["period_end"] == "2026-12-01T00:00:00Z"
    assert answer["backtest"] is None


def test_of_an_application_by_the_hour(trips: TestClient) -> None:
    answer = trips.get("/apps/shop/forecast", params={"metric": "tokens", "days": 2}).json()
    assert (answer["workflow_id"], answer["period_type"], len(answer["points"])) == (None, "hourly", 48)


def test_an_unknown_workflow_is_declined(client: TestClient) -> None:
    answer = client.get("/apps/shop/workflows/nothing/performance/forecast?metric=cost&days=30&budget=500")
    assert (answer.status_code, answer.json()["declined"]) == (200, "Nothing is known of it.")


@pytest.mark.parametrize("asked", [{"metric": "beauty"}, {"days": 0}, {"days": 91}, {"budget": -1}, {"budget": "nan"}])
def test_what_is_refused(client: TestClient, asked: dict[str, Any]) -> None:
    answer = client.get(FORECAST, params=asked)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
