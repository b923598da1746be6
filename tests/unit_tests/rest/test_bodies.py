"""What a strict route takes and refuses, in a small application of its own."""

from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Body, FastAPI
from fastapi.testclient import TestClient

from longpole import runtime
from longpole.rest import problems
from longpole.rest.bodies import StrictJsonRoute
from longpole.runtime import Runtime
from longpole.settings import Settings

JSON = {"content-type": "application/json"}


def echoing(max_body_bytes: int) -> TestClient:
    router = APIRouter(route_class=StrictJsonRoute)

    @router.post("/echo")
    def echo(body: Annotated[Any, Body()]) -> Any:
        return body

    app = FastAPI()
    app.include_router(router)
    problems.install(app, router.routes)
    runtime.install(Runtime(Settings(max_body_bytes=max_body_bytes)))
    return TestClient(app)


@pytest.fixture
def client() -> TestClient:
    return echoing(max_body_bytes=1_000)


def test_it_works(client: TestClient) -> None:
    answer = client.post("/echo", content=b'{"a": [1, 2.5, null, "\\u00e9"]}', headers=JSON)
    assert (answer.status_code, answer.json()) == (200, {"a": [1, 2.5, None, "é"]})


def test_other_json_media_types_are_json(client: TestClient) -> None:
    headers = {"content-type": "application/vnd.example+json; charset=utf-8"}
    assert client.post("/echo", content=b"[1]", headers=headers).json() == [1]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"NaN",
        b"[Infinity]",
        b"1e999",
        b'"\\ud800"',
        b'"\xff"',
        b"\xef\xbb\xbf{}",
        b"{'a': 1}",
        b"[1] [2]",
    ],
)
def test_what_is_not_json_is_refused(client: TestClient, body: bytes) -> None:
    answer = client.post("/echo", content=body, headers=JSON)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"].startswith("The body is not valid JSON")


def test_endless_nesting_is_refused() -> None:
    answer = echoing(max_body_bytes=2_000_000).post("/echo", content=b"[" * 1_000_000, headers=JSON)
    assert (answer.status_code, answer.json()["detail"]) == (400, "The body is not valid JSON: nested too deeply")


def test_a_body_too_large_is_refused(client: TestClient) -> None:
    answer = client.post("/echo", content=b"[" + b" " * 1_000 + b"]", headers=JSON)
    assert (answer.status_code, answer.json()["detail"]) == (413, "The body is larger than 1,000 bytes.")


@pytest.mark.parametrize("media_type", ["", "text/plain", "application/x-www-form-urlencoded", "nonsense"])
def test_what_is_not_said_to_be_json_is_refused(client: TestClient, media_type: str) -> None:
    answer = client.post("/echo", content=b"{}", headers={"content-type": media_type})
    assert answer.status_code == 415
