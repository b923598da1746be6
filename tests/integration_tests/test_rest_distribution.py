"""Distributions over HTTP: of runs, of a node, of nothing known, and what is refused."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

DISTRIBUTION = "/apps/shop/workflows/trip_planner/performance/distribution"


def test_of_runs(trips: TestClient, snapshot: Callable[[str, Any], None]) -> None:
    answer = trips.get(DISTRIBUTION, params={"days": 30}).json()

    assert (answer["n"], answer["run_count"], answer["basis"]) == (4, 4, "histograms")
    assert (answer["min"], answer["p50"], answer["max"]) == (10.0, pytest.approx(10, rel=0.011), 20.0)
    assert sum(each["count"] for each in answer["bins"]) == 4
    assert answer["bins"][0]["low"] < 10 <= answer["bins"][0]["high"]
    assert answer["bins"][0]["share"] == 0.75
    snapshot("distribution", answer)


def test_of_a_node_in_a_version_since_an_instant(trips: TestClient) -> None:
    asked = {"metric": "node_time", "node_id": "flights", "version": "3", "since": "2026-11-06T00:00:00Z"}
    answer = trips.get(DISTRIBUTION, params=asked).json()

    assert (answer["n"], answer["version"], answer["node_id"]) == (3, "3", "flights")
    assert answer["p95"] == pytest.approx(6, rel=0.011)
    assert answer["period_start"] == "2026-11-06T00:00:00Z"
    assert answer["period_end"] == "2026-11-08T12:00:00Z"


def test_of_a_user_by_runs(trips: TestClient) -> None:
    answer = trips.get(DISTRIBUTION, params={"user": "bob", "days": 30, "status": "succeeded"}).json()
    assert (answer["basis"], answer["n"], answer["read_runs"]) == ("runs", 3, 3)


def test_an_unknown_workflow_has_none(border: TestClient) -> None:
    answer = border.get("/apps/shop/workflows/nothing/performance/distribution")
    assert answer.status_code == 200
    assert (answer.json()["n"], answer.json()["bins"], answer.json()["p50"]) == (0, [], None)


@pytest.mark.parametrize(
    "asked", ["metric=beauty", "bins=7", "bins=121", "days=0", "days=nan", "until=2026-11-01T00:00:00Z", "node_id=a"]
)
def test_what_is_refused(border: TestClient, asked: str) -> None:
    answer = border.get(f"{DISTRIBUTION}?{asked}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
