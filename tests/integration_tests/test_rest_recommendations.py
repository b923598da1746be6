"""Recommendations over HTTP: what stands, and dismissing it."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from longpole import runtime
from longpole.services.performance import WorkflowPerformanceService

Snapshot = Callable[[str, Any], None]
PATH = "/apps/shop/workflows/trip_planner/optimization/recommendations"


@pytest.fixture
def made(client: TestClient) -> str:
    """The id of a recommendation that stands."""
    with runtime.use(client.app.state.runtime):  # type: ignore[attr-defined]  # `app` is typed as any ASGI callable
        return WorkflowPerformanceService.create_optimization_recommendation(
            app_id="shop",
            workflow_id="trip_planner",
            title="Cache the hotel search",
            description="The same search was made 40 times.",
            category="performance",
            severity="high",
            estimated_improvement="1.2 s less at the median",
            affected_nodes=["hotel"],
            recommendation_steps=["Turn on caching for the node."],
            code_example='{"cache": {"enabled": true}}',
        ).id


def without_id(recommendation: dict[str, Any]) -> dict[str, Any]:
    return recommendation | {"id": "…"}


@pytest.mark.usefixtures("made")
class TestList:
    def test_it_works(self, client: TestClient, made: str, snapshot: Snapshot) -> None:
        answer = client.get(PATH)
        assert [each["id"] for each in answer.json()["items"]] == [made]
        assert answer.status_code == 200
        snapshot("recommendations", {"items": [without_id(each) for each in answer.json()["items"]]})

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("severity=high", 1),
            ("severity=critical", 0),
            ("category=performance", 1),
            ("category=cost", 0),
            ("severity=high&category=cost", 0),
        ],
    )
    def test_filters_match_exactly(self, client: TestClient, query: str, found: int) -> None:
        assert len(client.get(f"{PATH}?{query}").json()["items"]) == found

    @pytest.mark.parametrize("query", ["severity=HIGH", "severity=", "category=speed"])
    def test_a_bad_filter_is_422(self, border: TestClient, query: str) -> None:
        assert border.get(f"{PATH}?{query}").status_code == 422

    def test_another_workflow_has_none(self, client: TestClient) -> None:
        assert client.get(PATH.replace("trip_planner", "other")).json() == {"items": []}


class TestDismiss:
    def test_it_works(self, client: TestClient, made: str, snapshot: Snapshot) -> None:
        answer = client.post(f"{PATH}/{made}/dismiss", json={"reason": "Not applicable to our use case"})
        assert answer.status_code == 200
        snapshot("dismissed", without_id(answer.json()))
        assert client.get(PATH).json() == {"items": []}

    @pytest.mark.parametrize("body", [{"json": {}}, {"json": {"reason": None}}, {}, {"json": None}])
    def test_no_reason_need_be_given(self, client: TestClient, made: str, body: dict[str, Any]) -> None:
        answer = client.post(f"{PATH}/{made}/dismiss", **body)
        assert (answer.status_code, answer.json()["dismissed_reason"]) == (200, None)

    def test_an_unknown_one_is_404(self, client: TestClient) -> None:
        assert client.post(f"{PATH}/nothing/dismiss", json={}).status_code == 404

    def test_one_of_another_workflow_is_404(self, client: TestClient, made: str) -> None:
        elsewhere = PATH.replace("trip_planner", "other")
        assert client.post(f"{elsewhere}/{made}/dismiss", json={}).status_code == 404
        assert len(client.get(PATH).json()["items"]) == 1

    @pytest.mark.parametrize("reason", [7, ["a"], "a\0b", "x" * 10_001])
    def test_a_bad_reason_is_422(self, border: TestClient, reason: Any) -> None:
        answer = border.post(f"{PATH}/nothing/dismiss", json={"reason": reason})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "reason")
