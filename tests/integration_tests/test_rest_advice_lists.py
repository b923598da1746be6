"""Recommendations of all workflows over HTTP: their order, filters, pages, counts, and what was brought."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from longpole import runtime as runtime_module
from longpole.domain.recommendations import Category, Recommendation, RecommendationStatus, Severity
from longpole.store import recommendations as store

Snapshot = Callable[[str, Any], None]
NOW = datetime(2026, 11, 8, 12, tzinfo=UTC)
WEEK = {"since": (NOW - timedelta(days=7)).isoformat(), "until": NOW.isoformat(), "runs": 700}
ESTIMATE = {"metric": "execution_time_p50", "baseline": 3.0, "expected": 1.8, "low": 1.6, "high": 1.9, "unit": "s"}
SLOW = Recommendation(
    id="slow",
    app_id="shop",
    workflow_id="trip",
    title="Cache the hotel search",
    description="It is asked the same again.",
    category=Category.PERFORMANCE,
    severity=Severity.HIGH,
    status=RecommendationStatus.ACTIVE,
    created_at=NOW,
    updated_at=NOW,
    estimated_improvement="median run 3.00 s → 1.80 s (1.60–1.90)",
    estimate={**ESTIMATE, "method": "replay of 400 runs, paired bootstrap", "n": 400},
    affected_nodes=("hotel",),
    rule="cache_opportunities.exact",
    fingerprint="f-slow",
    gain={"seconds_per_run": 1.2, "share_of_run": 0.4, "usd_per_month": None, "failed_run_share": None},
    baseline=WEEK,
)


def named(name: str, **more: Any) -> Recommendation:
    return replace(SLOW, id=name, fingerprint=f"f-{name}", **more)


DEAR = named("dear", workflow_id="chat", severity=Severity.MEDIUM, category=Category.COST, gain={"usd_per_month": 500})
MADE = named("made", workflow_id="a / b?", severity=Severity.LOW, gain=None, baseline=None, estimate=None)
OTHER = named("other", app_id="bank", gain={"failed_run_share": 0.5})
DISMISSED = named("dismissed", status=RecommendationStatus.DISMISSED)
FOLLOWED = named(
    "followed",
    status=RecommendationStatus.IMPLEMENTED,
    implemented_at=NOW - timedelta(days=3),
    verified_at=NOW,
    verification={
        "metric": "execution_time_p50", "unit": "s", "before": 3.0, "after": 2.0, "low": 1.9, "high": 2.1,
        "verdict": "improved", "runs_per_month": 3_600.0,
    },
)  # fmt: skip
ALL = (MADE, SLOW, DEAR, OTHER, DISMISSED, FOLLOWED)


@pytest.fixture
def known(client: TestClient) -> TestClient:
    on = client.app.state.runtime  # type: ignore[attr-defined]  # `app` is typed as any ASGI callable
    with runtime_module.use(on), runtime_module.unit_of_work() as connection:
        for each in ALL:
            store.add(connection, each)
    return client


def ids(client: TestClient, asked: str = "") -> list[str]:
    answer = client.get(f"/recommendations?{asked}")
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["items"]]


def test_the_most_worth_first(known: TestClient, snapshot: Snapshot) -> None:
    answer = known.get("/recommendations").json()

    assert [each["id"] for each in answer["items"]] == ["other", "dear", "slow", "made"]
    assert answer["items"][2]["worth"] == {
        "seconds_per_month": pytest.approx(3_600), "usd_per_month": None, "failed_runs_per_month": None,
        "score": pytest.approx(110),
    }  # fmt: skip
    assert answer["counts"] == {"active": 4, "dismissed": 1, "implemented": 1, "obsolete": 0}
    assert answer["brought"] == {
        "verified": 1, "seconds_per_month": 3_600, "usd_per_month": 0, "failed_runs_per_month": 0
    }  # fmt: skip
    snapshot("all_recommendations", answer)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("app_id=bank", ["other"]),
        ("app_id=shop&workflow_id=trip", ["slow"]),
        ("workflow_id=a%20%2F%20b%3F", ["made"]),
        ("severity=low", ["made"]),
        ("category=cost", ["dear"]),
        ("category=cost&severity=low", []),
        ("status=implemented", ["followed"]),
        ("status=obsolete", []),
        ("app_id=nobody", []),
        ("limit=2", ["other", "dear"]),
    ],
)
def test_only_what_is_asked_for(known: TestClient, asked: str, found: list[str]) -> None:
    assert ids(known, asked) == found


def test_counts_and_what_was_brought_are_of_what_is_asked_for(known: TestClient) -> None:
    answer = known.get("/recommendations?app_id=bank").json()

    assert answer["counts"] == {"active": 1, "dismissed": 0, "implemented": 0, "obsolete": 0}
    assert answer["brought"]["verified"] == 0


def test_page_by_page(known: TestClient) -> None:
    found: list[str] = []
    asked = "/recommendations?limit=1"
    for _ in range(4):
        answer = known.get(asked).json()
        found += [each["id"] for each in answer["items"]]
        asked = f"/recommendations?limit=1&cursor={answer['next_cursor']}"

    assert found == ["other", "dear", "slow", "made"]
    assert answer["next_cursor"] is None


@pytest.mark.parametrize("cursor", ["nothing", "bnVsbA==", "WzFd", "WyJhIiwiYiJd"])
def test_a_cursor_that_no_page_gave_is_refused(border: TestClient, cursor: str) -> None:
    answer = border.get(f"/recommendations?cursor={cursor}")

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "cursor")


@pytest.mark.parametrize("asked", ["status=open", "limit=0", "limit=501", "severity=HIGH", "category=speed", "app_id="])
def test_what_is_refused(border: TestClient, asked: str) -> None:
    assert border.get(f"/recommendations?{asked}").status_code == 422


def test_one_by_its_id_alone(known: TestClient, snapshot: Snapshot) -> None:
    one = known.get("/recommendations/followed").json()
    snapshot("recommendation", one)

    assert (one["workflow_id"], one["verification"]["verdict"]) == ("trip", "improved")
    assert one["worth"] == known.get("/recommendations?status=implemented").json()["items"][0]["worth"]
    assert known.get("/recommendations/nothing").status_code == 404


def test_when_a_workflow_was_analysed(trips: TestClient) -> None:
    asked = "/recommendations?app_id=shop&workflow_id=trip_planner"
    assert trips.get(asked).json()["analysed_at"] is None

    trips.post("/apps/shop/workflows/trip_planner/optimization/recommendations", json={"days": 7})

    assert trips.get(asked).json()["analysed_at"] == "2026-11-08T12:00:00Z"
    assert trips.get("/recommendations").json()["analysed_at"] is None
