"""Whatever order recorded requests come in, and however often: the same answers, letter for letter, on both databases.

Every body three times, those that were once refused too, in a random order,
over HTTP into a real store. Compared is what the API shows of every run, and
the figures of every workflow, with what a single replay in order shows.
"""

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from longpole import runtime as runtime_module
from longpole.app import create_app
from longpole.domain.units import NS_PER_SECOND
from longpole.runtime import Runtime
from longpole.services import rollups
from longpole.settings import Settings

RECORDINGS = Path(__file__).parents[2] / "data" / "recordings"
PATHS = {"trace": "/v1/traces", "log": "/v1/logs", "metric": "/v1/metrics"}
SENT_NS = 1_795_600_000 * NS_PER_SECOND  # some hours after the recordings
SETTLED_NS = SENT_NS + 3600 * NS_PER_SECOND
FIGURES = ("summary", "nodes", "bottlenecks")

Body = tuple[str, dict[str, str], bytes]
Replay = Callable[[str, list[Body]], dict[str, Any]]


def recorded() -> list[Body]:
    """Path, headers and bytes of every recorded request."""
    found = []
    for path in sorted(RECORDINGS.glob("*/*.headers.json")):
        told = json.loads(path.read_text())
        kind = next(kind for kind in ("log", "metric", "trace") if kind in told["path"].lower())
        headers = dict(told["headers"]) if told["transport"] == "http" else {"Content-Type": "application/x-protobuf"}
        found.append((PATHS[kind], headers, (path.parent / told["body_file"]).read_bytes()))
    return found


@pytest.fixture
def replay() -> Iterator[Replay]:
    """Sends bodies to a server on a database, and gives all that it then answers."""
    made: list[Runtime] = []

    def answers(database_url: str, bodies: list[Body]) -> dict[str, Any]:
        now_ns = [SENT_NS]
        runtime = Runtime(Settings(database_url=database_url), clock=lambda: now_ns[0])
        made.append(runtime)
        with TestClient(create_app(runtime)) as client:
            for path, headers, body in bodies:
                assert client.post(path, content=body, headers=headers).status_code == 200
        now_ns[0] = SETTLED_NS
        with runtime_module.use(runtime):
            rollups.abandon()  # the server does it when it comes to it; the figures of silent runs depend on it
        with TestClient(create_app(runtime)) as client:  # the first one has drained
            return shown(client)

    yield answers
    for runtime in made:
        runtime.close()


def shown(client: TestClient) -> dict[str, Any]:
    """Every run, and the figures of every workflow."""
    told: dict[str, Any] = {}
    for app in client.get("/apps").json()["items"]:
        prefix = f"/apps/{quote(app['app_id'], safe='')}/workflows"
        for workflow in client.get(f"{prefix}?days=30").json()["items"]:
            of = f"{prefix}/{quote(workflow['workflow_id'], safe='')}"
            for figure in FIGURES:
                told[f"{of} {figure}"] = client.get(f"{of}/performance/{figure}?days=30").json()
            for run in client.get(f"{of}/runs?limit=100").json()["items"]:
                told[run["workflow_run_id"]] = client.get(f"/runs/{quote(run['workflow_run_id'], safe='')}").json()
    return told


@pytest.fixture(scope="module")
def in_order() -> dict[str, Any]:
    """Where the answers of a single replay in order are kept for the other tests."""
    return {}


def check(database_url: str, replay: Replay, in_order: dict[str, Any], sqlite_url: str, seed: int) -> None:
    if not in_order:
        in_order |= replay(sqlite_url + ".in-order", recorded())
    bodies = recorded() * 3
    random.Random(seed).shuffle(bodies)
    answers = replay(database_url, bodies)

    assert len([run for run in in_order if not run.startswith("/")]) > 40
    assert answers.keys() == in_order.keys()
    for key, answer in in_order.items():
        assert answers[key] == answer, key


@pytest.mark.parametrize("seed", [1])
def test_any_order_three_times(
    database_url: str, replay: Replay, in_order: dict[str, Any], sqlite_url: str, seed: int
) -> None:
    check(database_url, replay, in_order, sqlite_url, seed)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 21))
def test_twenty_orders(database_url: str, replay: Replay, in_order: dict[str, Any], sqlite_url: str, seed: int) -> None:
    check(database_url, replay, in_order, sqlite_url, seed)
