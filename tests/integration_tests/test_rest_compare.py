"""Comparisons over HTTP: what is answered, and what is refused."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

COMPARE = "/apps/shop/workflows/trip_planner/performance/compare"


@pytest.fixture
def record(trip: Callable[..., dict[str, Any]]) -> Callable[[TestClient], None]:
    """Records thirty runs of version 3, and of a version 4 that takes twice as long, hour by hour."""

    def recorded(client: TestClient) -> None:
        for number in range(30):
            for version, slow in (("3", 1), ("4", 2)):
                run = {**trip(f"{version}-{number}", hours_ago=1 + number, slow=slow), "workflow_version": version}
                answer = client.post("/apps/shop/workflows/trip_planner/runs", json=run)
                assert answer.status_code == 200, answer.text

    return recorded


@pytest.fixture
def versions(client: TestClient, record: Callable[[TestClient], None]) -> TestClient:
    """Both versions on each database."""
    record(client)
    return client


def test_two_versions(versions: TestClient) -> None:
    found = versions.get(COMPARE, params={"a_version": "3", "b_version": "4"}).json()

    assert found["a"] == {
        "label": "version 3",
        "since": "2026-10-09T12:00:00Z",
        "until": "2026-11-08T12:00:00Z",
        "run_count": 30,
        "compared": 30,
    }
    assert (found["basis"], found["is_concurrent"], found["problem"]) == ("runs", True, None)
    figures = {each["figure"]: each for each in found["figures"]}
    assert list(figures) == [
        "run_time_p50", "run_time_p95", "run_time_p99", "run_time_mean", "error_rate", "cost_per_run",
        "tokens_per_run", "cache_hit_rate", "retries_per_run",
    ]  # fmt: skip
    median = figures["run_time_p50"]
    assert (median["verdict"], median["n_a"], median["effect"]) == ("worse", 30, "ratio")
    assert {key: median["raw"][key] for key in ("a", "b", "change", "low", "high")} == {
        "a": 10.0, "b": 20.0, "change": pytest.approx(2.0), "low": pytest.approx(2.0), "high": pytest.approx(2.0),
    }  # fmt: skip
    assert figures["run_time_p99"]["verdict"] == "too_few_runs"
    assert figures["retries_per_run"]["raw"] == {
        "a": 1.0, "b": 1.0, "change": 0.0, "low": 0.0, "high": 0.0, "p_value": 1.0,
    }  # fmt: skip
    assert figures["cache_hit_rate"]["verdict"] == "no_evidence"
    assert [(each["node_id"], each["verdict"], each["mean_shift"]) for each in found["nodes"]] == [
        ("flights", "worse", pytest.approx(6.0)),
        ("hotel", "worse", pytest.approx(3.0)),
        ("book", "worse", pytest.approx(2.0)),
        ("plan", "worse", pytest.approx(2.0)),
    ]


def test_periods_and_shares_that_were_not_meant(border: TestClient, record: Callable[[TestClient], None]) -> None:
    record(border)
    asked = {"a_since": "2026-11-07T00:00:00Z", "a_until": "2026-11-08T00:00:00Z", "b_since": "2026-11-08T00:00:00Z"}
    found = border.get(COMPARE, params={**asked, "a_version": "3", "b_version": "3"}).json()
    assert (found["a"]["run_count"], found["b"]["run_count"]) == (18, 12)
    assert {each["verdict"] for each in found["figures"]} == {"too_few_runs"}
    assert found["is_concurrent"] is False
    assert found["caveats"][0].startswith("Before and after are not two groups")

    shares = {"a_version": "3", "b_version": "4", "expected_share": 0.9, "repeated": "true"}
    found = border.get(COMPARE, params=shares).json()
    assert found["sample_ratio"]["is_mismatch"] is True
    assert found["is_repeated"] is True
    assert "worse" not in {each["verdict"] for each in found["figures"]}


def test_an_unknown_workflow_has_too_few_runs(border: TestClient) -> None:
    answer = border.get("/apps/shop/workflows/nothing/performance/compare")
    assert answer.status_code == 200
    assert {each["verdict"] for each in answer.json()["figures"]} == {"too_few_runs"}
    assert answer.json()["nodes"] == []


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ("a_days=0", "a_days"),
        ("b_days=366", "b_days"),
        ("a_days=nan", "a_days"),
        ("a_days=1&a_since=2026-11-01T00:00:00Z", "a_days"),
        ("b_until=2026-11-01T00:00:00Z", "b_since"),
        ("b_since=2026-11-02T00:00:00Z&b_until=2026-11-01T00:00:00Z", "b_until"),
        ("b_since=2026-11-02", "b_since"),
        ("a_since=0001-01-01T00:00:00Z", "a_since"),
        ("a_status=well", "a_status"),
        ("a_user=", "a_user"),
        ("a_version=%00", "a_version"),
        ("a_days=1&b_days=1", "b"),
        ("expected_share=1", "expected_share"),
        ("repeated=perhaps", "repeated"),
    ],
)
def test_bad_parameters_are_422_and_named(border: TestClient, asked: str, field: str) -> None:
    answer = border.get(f"{COMPARE}?{asked}")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert [each["field"] for each in answer.json()["errors"]] == [field]
