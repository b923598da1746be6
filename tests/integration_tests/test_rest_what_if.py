"""What-if over HTTP: every change, what is refused, and what is declined."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

WHAT_IF = "/apps/shop/workflows/trip_planner/performance/what-if"


@pytest.fixture
def many_trips(client: TestClient, trip: Callable[..., dict[str, Any]]) -> TestClient:
    """Ten runs: a plan of 2 s, flights of 6 s beside a hotel, a booking of 2 s."""
    for number in range(10):
        client.post("/apps/shop/workflows/trip_planner/runs", json=trip(f"trip-{number}", hours_ago=1 + number))
    return client


def test_a_faster_node(many_trips: TestClient) -> None:
    answer = many_trips.get(WHAT_IF, params={"node_id": "flights", "faster": 0.3})

    assert answer.status_code == 200
    assert answer.json() == {
        "n": 10,
        "failed_runs": 0,
        "coverage": 1.0,
        "fidelity": 0.0,
        "declined": None,
        "mean": {"baseline": 10.0, "expected": 8.2, "low": 8.2, "high": 8.2, "change_ratio": pytest.approx(-0.18)},
        "p50": {"baseline": 10.0, "expected": 8.2, "low": 8.2, "high": 8.2, "change_ratio": pytest.approx(-0.18)},
        "p95": {"baseline": 10.0, "expected": 8.2, "low": 8.2, "high": 8.2, "change_ratio": pytest.approx(-0.18)},
        "limit_p50": 7.0,
        "limit_p95": 7.0,
    }


@pytest.mark.parametrize(
    ("asked", "expected_s"),
    [
        ("node_id=flights&faster=-1", 16.0),
        ("node_id=hotel&faster=1", 10.0),
        ("node_id=flights&change=removed", 7.0),
        ("node_id=book&change=parallel&after=flights", 8.0),
        ("node_id=flights&change=parallel&after=plan", 8.0),
        ("node_id=plan&change=cached", 10.0),
        ("node_id=plan&change=retries&max_attempts=1", 10.0),
        ("change=slots&slots=1", 13.0),
        ("change=slots", 10.0),
    ],
)
def test_every_change(many_trips: TestClient, asked: str, expected_s: float) -> None:
    answer = many_trips.get(f"{WHAT_IF}?{asked}").json()
    assert (answer["declined"], answer["p50"] and answer["p50"]["expected"]) == (None, expected_s)


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ("node_id=gone&faster=0.1", "No run has a node 'gone'."),
        ("node_id=plan&change=parallel", "No run has a second turn of 'plan': nothing can be done at a time."),
        ("node_id=flights&change=retries", "It is not known when the attempts of 'flights' were made."),
        ("change=slots&slot=gpu&slots=2", "No run has a node that needs a slot of 'gpu'."),
    ],
)
def test_what_cannot_be_said_is_declined(many_trips: TestClient, asked: str, reason: str) -> None:
    answer = many_trips.get(f"{WHAT_IF}?{asked}")
    assert (answer.status_code, answer.json()["declined"], answer.json()["p50"]) == (200, reason, None)


def test_an_unknown_workflow_is_declined(border: TestClient) -> None:
    answer = border.get("/apps/shop/workflows/nothing/performance/what-if?node_id=x&faster=0.5")
    assert (answer.status_code, answer.json()["n"]) == (200, 0)
    assert answer.json()["declined"] == "No runs with a known start and end: 5 are the least that says anything."


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ("", "node_id"),
        ("faster=0.3", "node_id"),
        ("node_id=x", "faster"),
        ("node_id=x&faster=1.1", "faster"),
        ("node_id=x&faster=nan", "faster"),
        ("node_id=x&faster=30%25", "faster"),
        ("node_id=x&change=better", "change"),
        ("node_id=x&change=parallel&slots=0", "slots"),
        ("change=slots&slots=-1", "slots"),
        ("node_id=x&change=retries&max_attempts=0", "max_attempts"),
        ("node_id=x&change=retries&wait_share=-1", "wait_share"),
        ("node_id=x&change=cached&ttl_hours=0", "ttl_hours"),
        ("node_id=x&faster=0.3&days=366", "days"),
        ("node_id=&faster=0.3", "node_id"),
        ("node_id=%00&faster=0.3", "node_id"),
    ],
)
def test_bad_parameters_are_422_and_named(border: TestClient, asked: str, field: str) -> None:
    answer = border.get(f"{WHAT_IF}?{asked}")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert [each["field"] for each in answer.json()["errors"]] == [field]
