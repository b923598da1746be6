"""Changes of level over HTTP: of all workflows and of one, open and over, and what is refused."""

import pytest
from fastapi.testclient import TestClient

from known_degradations import SLOWER, over
from longpole import runtime as runtime_module
from longpole.domain.degradations import DegradedMetric
from longpole.store import degradations as store

OF_TRIP = "/apps/shop/workflows/trip/performance/degradations"


@pytest.fixture
def known(client: TestClient) -> TestClient:
    on = client.app.state.runtime  # type: ignore[attr-defined]  # `app` is typed as any ASGI callable
    with runtime_module.use(on), runtime_module.unit_of_work() as connection:
        assert store.add(connection, SLOWER)
        assert not store.add(connection, SLOWER)
        store.add(connection, over(1, ratio=0.5, low=0.4, high=0.6))
        store.add(connection, over(2, app_id="other", metric=DegradedMetric.COST))
    return client


def ids(client: TestClient, path: str) -> list[str]:
    return [each["id"] for each in client.get(path).json()["items"]]


def test_the_newest_first_of_all_of_one_application_and_of_one_state(known: TestClient) -> None:
    assert ids(known, "/degradations") == ["d-1", "d-over-1", "d-over-2"]
    assert ids(known, "/degradations?app_id=shop&state=open") == ["d-1"]
    assert ids(known, "/degradations?state=closed&limit=1") == ["d-over-1"]
    assert ids(known, OF_TRIP) == ["d-1", "d-over-1"]
    assert ids(known, f"{OF_TRIP}?state=closed") == ["d-over-1"]
    assert ids(known, "/apps/shop/workflows/nothing/performance/degradations") == []


def test_one_has_its_figures_and_its_causes(known: TestClient) -> None:
    event, better = known.get(OF_TRIP).json()["items"]

    assert event == {
        "id": "d-1", "app_id": "shop", "workflow_id": "trip", "workflow_version": None, "metric": "run_time_p95",
        "state": "open", "is_improvement": False, "started_at": "2026-11-08T06:00:00Z",
        "found_at": "2026-11-08T15:00:00Z", "last_seen_at": "2026-11-08T18:00:00Z", "closed_at": None,
        "ratio": 1.5, "low": 1.4, "high": 1.6, "before": 2.0, "after": 3.0, "p_value": 1e-9,
        "method": "change_point", "resolution_seconds": 3600,
        "causes": [
            {"kind": "model", "name": "answer: small → large", "share": 0.91,
             "evidence": {"share_before": 0.1, "share_after": 1.0}},
            {"kind": "node", "name": "answer", "share": 0.97,
             "evidence": {"before": 1.2, "after": 2.2, "run_ids": ["r-1"]}},
        ],
    }  # fmt: skip
    assert better["is_improvement"]


@pytest.mark.parametrize("asked", ["state=half", "limit=0", "limit=1001", "app_id="])
def test_what_is_refused(client: TestClient, asked: str) -> None:
    answer = client.get(f"/degradations?{asked}")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
