"""Everything that one look answers: figures as in summaries, what got worse, what is worth doing, what was saved."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from fastapi.testclient import TestClient

from known_degradations import SINCE, SLOWER
from longpole import runtime
from longpole.domain.cache import Counted, Counts
from longpole.domain.degradations import Degradation, DegradationState
from longpole.domain.scopes import Scope
from longpole.domain.units import NS_PER_SECOND
from longpole.runtime import Runtime
from longpole.services import whole_overview
from longpole.services.performance import WorkflowPerformanceService
from longpole.store import cache_counting, degradations

Snapshot = Callable[[str, Any], None]
Trip = Callable[..., dict[str, Any]]

_OTHERS = ("checkout", "refund")


@pytest.fixture
def here(client: TestClient) -> Runtime:
    """The runtime behind the API."""
    found: Runtime = client.app.state.runtime  # type: ignore[attr-defined]  # `app` is typed as any ASGI callable
    return found


def _record(client: TestClient, path: str, run: dict[str, Any]) -> None:
    assert client.post(f"{path}/runs", json=run).json()["rejected"] == []


def _event(
    workflow_id: str, ratio: float, days_ago: int, state: DegradationState = DegradationState.OPEN
) -> Degradation:
    made = replace(SLOWER, id=f"{workflow_id} {ratio}", fingerprint=f"{ratio}", workflow_id=workflow_id, ratio=ratio)
    return replace(made, started_at=SINCE - timedelta(days=days_ago), state=state)


class TestFigures:
    def test_it_works(self, trips: TestClient, snapshot: Snapshot) -> None:
        answer = trips.get("/overview")
        assert answer.status_code == 200
        snapshot("overview", answer.json())

    def test_nothing_at_first(self, client: TestClient) -> None:
        found = client.get("/overview").json()
        assert (found["apps"], found["workflows"], found["degraded"], found["advice"]) == ([], [], [], [])
        assert (found["totals"]["run_count"], found["totals"]["total_cost"]) == (0, None)
        assert found["cache"] == {"hits": 0, "hit_rate": None, "time_saved": 0.0, "cost_saved": 0}

    @pytest.mark.parametrize("days", [1, 2, 7, 30, 90, 365])
    def test_a_line_tells_the_same_as_the_summary(self, trips: TestClient, days: int) -> None:
        line = trips.get(f"/overview?days={days}").json()["workflows"][0]
        summary = trips.get(f"/apps/shop/workflows/trip_planner/performance/summary?days={days}").json()
        for name in ("run_count", "failed", "total_cost", "cache_hit_rate"):
            assert line[name] == pytest.approx(summary[name]), name
        assert line["execution_time"] == pytest.approx(summary["execution_time"])
        for name in ("run_count", "execution_time.p95", "total_cost", "cache_hit_rate"):
            assert line["change"][name] == pytest.approx(summary["change"][name]), name

    @pytest.mark.parametrize(("days", "points", "seconds"), [(1, 25, 3_600), (7, 8, 86_400), (90, 31, 3 * 86_400)])
    def test_sparklines_have_a_value_for_each_point(
        self, trips: TestClient, days: int, points: int, seconds: int
    ) -> None:
        found = trips.get(f"/overview?days={days}").json()
        line = found["workflows"][0]
        assert (found["points"]["seconds"], len(found["points"]["starts"])) == (seconds, points)
        assert {len(values) for values in line["sparkline"].values()} == {points}
        assert sum(line["sparkline"]["run_count"]) == line["run_count"] == found["totals"]["run_count"]
        assert sum(cost or 0 for cost in line["sparkline"]["cost"]) == pytest.approx(line["total_cost"])
        assert line["sparkline"] | found["totals"]["sparkline"] == line["sparkline"]

    def test_an_application_alone(self, trips: TestClient, trip: Trip) -> None:
        _record(trips, "/apps/café%2F1/workflows/order", trip("order-1"))
        every = trips.get("/overview").json()
        one = trips.get("/overview", params={"app_id": "café/1"}).json()
        assert every["apps"] == one["apps"] == ["café/1", "shop"]
        assert [each["workflow_id"] for each in every["workflows"]] == ["order", "trip_planner"]
        assert [each["workflow_id"] for each in one["workflows"]] == ["order"]
        assert (every["totals"]["run_count"], one["totals"]["run_count"]) == (4, 1)

    def test_those_that_ran_last_are_listed_and_the_others_counted(
        self, trips: TestClient, trip: Trip, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for hours, name in enumerate(_OTHERS, start=1):
            _record(trips, f"/apps/shop/workflows/{name}", trip(name, hours_ago=hours))
        monkeypatch.setattr(whole_overview, "MOST_WORKFLOWS", 2)
        found = trips.get("/overview").json()
        assert [each["workflow_id"] for each in found["workflows"]] == list(_OTHERS)
        assert found["left_out"] == 1

    @pytest.mark.parametrize("query", ["days=0", "days=366", "app_id=", "days=a"])
    def test_a_bad_question_is_422(self, border: TestClient, query: str) -> None:
        assert border.get(f"/overview?{query}").status_code == 422


class TestDegraded:
    def test_the_newest_day_comes_first_and_improvements_not_at_all(self, trips: TestClient, here: Runtime) -> None:
        with runtime.use(here), runtime.unit_of_work() as connection:
            for event in (
                _event("trip_planner", 1.5, 1),
                _event("trip_planner", 3.0, 4),
                _event("gone", 2.0, 1),
                _event("trip_planner", 0.5, 1),
                _event("trip_planner", 9.0, 1, DegradationState.CLOSED),
            ):
                degradations.add(connection, event)
        found = trips.get("/overview").json()
        assert [each["ratio"] for each in found["degraded"]] == [2.0, 1.5, 3.0]
        assert found["degraded_count"] == 3
        line = found["workflows"][0]
        assert (line["degradations"], line["worst"]["ratio"]) == (2, 3.0)
        assert line["worst"]["causes"] == [
            {"kind": "model", "name": "answer: small → large", "share": 0.91},
            {"kind": "node", "name": "answer", "share": 0.97},
        ]
        assert trips.get("/overview?app_id=other").json()["degraded"] == []


class TestAdvice:
    def test_the_most_worth_comes_first(self, trips: TestClient, here: Runtime) -> None:
        with runtime.use(here):
            for severity in ("low", "critical"):
                WorkflowPerformanceService.create_optimization_recommendation(
                    app_id="shop",
                    workflow_id="trip_planner",
                    title=f"Something {severity}",
                    description="It is.",
                    category="performance",
                    severity=severity,
                    affected_nodes=["book"],
                )
        found = trips.get("/overview").json()
        assert [each["severity"] for each in found["advice"]] == ["critical", "low"]
        assert found["advice_count"] == 2
        line = found["workflows"][0]
        assert (line["recommendations"], line["advice"]["title"]) == (2, "Something critical")
        assert line["advice"]["affected_nodes"] == ["book"]


class TestSaved:
    def test_the_cache_saved_what_it_did_in_the_period(self, trips: TestClient, here: Runtime) -> None:
        counted = Counted(Scope("shop", "trip_planner"), "llm", "plan")
        counts = Counts(hits=3, misses=1, saved_ns=6 * NS_PER_SECOND, saved_usd=Decimal("0.25"))
        now_ns = here.clock()
        with runtime.use(here), runtime.unit_of_work() as connection:
            for days_ago in (1, 20):
                at_ns = now_ns - days_ago * 86_400 * NS_PER_SECOND
                cache_counting.add_counts(connection, {counted: counts}, at_ns)
        saved = {"hits": 3, "hit_rate": 75.0, "time_saved": 6.0, "cost_saved": 0.25}
        assert trips.get("/overview?days=7").json()["cache"] == saved
        assert trips.get("/overview?days=30").json()["cache"]["hits"] == 6
        assert trips.get("/overview?app_id=other").json()["cache"]["hits"] == 0
