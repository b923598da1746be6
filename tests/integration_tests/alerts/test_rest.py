"""Alerts over HTTP: made, changed, tried out, removed; and what is secret is in no answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi.testclient import TestClient

from alerting_scenes import NOW_NS, SECRET, a_rule
from longpole.app import create_app
from longpole.runtime import Runtime
from longpole.settings import Settings
from receivers import answering, http_receiver


@contextmanager
def _served(database_url: str) -> Iterator[TestClient]:
    runtime = Runtime(Settings(database_url=database_url, upkeep=False), clock=lambda: NOW_NS)
    with TestClient(create_app(runtime), raise_server_exceptions=False) as made:
        yield made
    runtime.close()


@pytest.fixture
def client(database_url: str) -> Iterator[TestClient]:
    with _served(database_url) as made:
        yield made


@pytest.fixture
def border(sqlite_url: str) -> Iterator[TestClient]:
    with _served(sqlite_url) as made:
        yield made


def test_a_rule_is_made_read_changed_and_removed(client: TestClient) -> None:
    answer = client.post("/alerts", json=a_rule(quiet_hours={"start": "22:00", "end": "07:00", "time_zone": "UTC"}))
    assert answer.status_code == 201
    made = answer.json()
    assert made == {
        "id": made["id"],
        "app_id": "shop",
        "workflow_id": "checkout",
        "name": "checkout fails",
        "kind": "error_rate",
        "condition": {"above": 0.05, "window_hours": 1, "min_runs": 20, "remind_hours": None},
        "channel": "webhook",
        "target": {"host": "127.0.0.1", "url": "set", "secret": "set"},
        "quiet_hours": {"start": "22:00", "end": "07:00", "time_zone": "UTC"},
        "is_enabled": True,
        "created_at": "2026-11-10T12:00:00Z",
        "updated_at": "2026-11-10T12:00:00Z",
    }
    path = f"/alerts/{made['id']}"
    assert client.get(path).json() == made
    assert client.get("/alerts?app_id=shop&workflow_id=checkout").json() == {"items": [made]}
    assert client.get("/alerts?app_id=other").json() == {"items": []}

    changed = client.patch(path, json={"is_enabled": False, "quiet_hours": None, "target": {"secret": None}}).json()
    assert changed == made | {
        "is_enabled": False,
        "quiet_hours": None,
        "target": {"host": "127.0.0.1", "url": "set", "secret": "unset"},
    }
    assert client.delete(path).status_code == 204
    for call in (client.get, client.delete, lambda at: client.patch(at, json={})):
        assert call(path).status_code == 404


def test_a_test_message_says_how_it_went(client: TestClient) -> None:
    with http_receiver() as receiver:
        made = client.post("/alerts", json=a_rule(receiver.url)).json()
        done = client.post(f"/alerts/{made['id']}/test").json()
        receiver.behave = answering(500)
        failed = client.post(f"/alerts/{made['id']}/test").json()
    assert (done["state"], done["event"], done["attempts"], done["last_error"]) == ("delivered", "test", 1, None)
    assert (failed["state"], failed["last_error"], failed["next_attempt_at"]) == ("failed", "answered 500", None)
    assert [request.headers["Longpole-Delivery"] for request in receiver.requests] == [done["id"], failed["id"]]
    listed = client.get(f"/alerts/{made['id']}/deliveries").json()["items"]
    assert sorted(each["id"] for each in listed) == sorted([done["id"], failed["id"]])
    assert len(client.get(f"/alerts/{made['id']}/deliveries?limit=1").json()["items"]) == 1


def test_what_is_secret_is_in_no_answer(client: TestClient) -> None:
    made = client.post("/alerts", json=a_rule())
    path = f"/alerts/{made.json()['id']}"
    answers = [made, client.get(path), client.get("/alerts"), client.patch(path, json={"name": "n"})]
    answers += [client.post(f"{path}/test"), client.get(f"{path}/deliveries")]
    wrong = a_rule(target={"url": "https://user:t0ken@x/", "secret": SECRET})
    answers += [client.post("/alerts", json=wrong), client.patch(path, json={"target": {"url": "t0ken"}})]
    assert [answer.status_code for answer in answers] == [201, 200, 200, 200, 200, 200, 422, 422]
    for answer in answers:
        assert "t0ken" not in answer.text
        assert SECRET not in answer.text


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("kind", a_rule(kind="weather")),
        ("app_id", {name: value for name, value in a_rule().items() if name != "app_id"}),
        ("colour", a_rule(colour="red")),
        ("condition.above", a_rule(condition={"above": 2})),
        ("target.url", a_rule(target={"url": "ftp://x"})),
        ("quiet_hours.time_zone", a_rule(quiet_hours={"start": "22:00", "end": "07:00", "time_zone": "Mars"})),
    ],
)
def test_what_is_wrong_is_named(border: TestClient, field: str, body: dict[str, Any]) -> None:
    answer = border.post("/alerts", json=body)
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == [field]


def test_what_is_not_there(border: TestClient) -> None:
    assert border.post("/alerts/nothing/test").status_code == 404
    assert border.get("/alerts/nothing/deliveries").status_code == 404
    assert border.get("/alerts/nothing/deliveries?limit=0").status_code == 422
