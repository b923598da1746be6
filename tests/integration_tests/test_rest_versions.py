"""The versions of a workflow over HTTP: those of the period, since when, how often."""

from collections.abc import Callable
from typing import Any

from fastapi.testclient import TestClient

from longpole import runtime
from longpole.services import rollups

VERSIONS = "/apps/shop/workflows/trip_planner/versions"
Trip = Callable[..., dict[str, Any]]


def _record(client: TestClient, run: dict[str, Any], version: str | None) -> None:
    run["workflow_version"] = version
    assert client.post("/apps/shop/workflows/trip_planner/runs", json=run).status_code == 200


def test_the_versions_of_a_period(client: TestClient, trip: Trip, snapshot: Callable[[str, Any], None]) -> None:
    for name, hours_ago, version in (
        ("old", 9 * 24, "v1"),
        ("late", 30, "v1"),
        ("nameless", 20, None),
        ("new", 10, "v2"),
        ("newest", 2, "v2"),
    ):
        _record(client, trip(name, hours_ago=hours_ago, failed=name == "new"), version)

    answer = client.get(VERSIONS, params={"days": 7}).json()

    assert [tuple(each.values()) for each in answer["items"]] == [
        ("v2", "2026-11-08T02:00:00Z", "2026-11-08T10:00:00Z", 2, 1),
        (None, "2026-11-07T16:00:00Z", "2026-11-07T16:00:00Z", 1, 0),
        ("v1", "2026-10-30T00:00:00Z", "2026-11-07T06:00:00Z", 1, 0),
    ]
    snapshot("versions", answer)


def test_runs_that_are_not_in_cells_yet_count_alike(client: TestClient, trip: Trip) -> None:
    _record(client, trip("first", hours_ago=300), "v1")
    _record(client, trip("second", hours_ago=200), "v1")
    before = client.get(VERSIONS, params={"days": 10}).json()
    with runtime.use(client.app.state.runtime):  # type: ignore[attr-defined]  # Starlette's state is open
        rollups.refresh()

    assert client.get(VERSIONS, params={"days": 10}).json() == before


def test_an_unknown_workflow_has_none(client: TestClient) -> None:
    answer = client.get("/apps/shop/workflows/nothing/versions")
    assert (answer.status_code, answer.json()["items"]) == (200, [])
    assert client.get(VERSIONS, params={"days": 0}).status_code == 422
